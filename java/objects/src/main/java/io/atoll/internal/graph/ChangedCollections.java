package io.atoll.internal.graph;

import io.atoll.internal.fields.RawFields;
import java.util.AbstractList;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.Vector;
import java.util.function.IntFunction;
import org.apache.fory.Fory;
import org.apache.fory.context.ReadContext;
import org.apache.fory.context.WriteContext;
import org.apache.fory.resolver.TypeResolver;
import org.apache.fory.serializer.collection.CollectionSerializer;
import org.apache.fory.serializer.collection.CollectionSerializers;

/**
 * Collections of the JDK, written as Fory does it: it writes how many elements there are before it writes them, and would
 * not notice that there are others by then.
 */
@SuppressWarnings("rawtypes")
final class ChangedCollections {
    private static final long LIST_CHANGES = RawFields.offset(AbstractList.class, "modCount");
    private static final long MAP_CHANGES = RawFields.offset(HashMap.class, "modCount");
    private static final long TREE_CHANGES = RawFields.offset(TreeMap.class, "modCount");
    private static final long QUEUE_CHANGES = RawFields.offset(PriorityQueue.class, "modCount");
    /** It counts no changes: its ends move. */
    private static final long HEAD = RawFields.offset(ArrayDeque.class, "head");

    private static final long TAIL = RawFields.offset(ArrayDeque.class, "tail");
    private static final long SET_MAP = RawFields.offset(HashSet.class, "map");
    private static final long TREE_MAP = RawFields.offset(TreeSet.class, "m");

    private ChangedCollections() {}

    /** In the place of Fory's own. */
    @SuppressWarnings("JdkObsolete") // users have them
    static void register(Fory fory, GraphLinks links) {
        TypeResolver resolver = fory.getTypeResolver();
        Watch lists = list -> links.watch(list, list, LIST_CHANGES);
        Watch sets = set -> links.watch(set, RawFields.get(set, SET_MAP), MAP_CHANGES);
        Watch deques = deque -> {
            links.watch(deque, deque, HEAD);
            links.watch(deque, deque, TAIL);
        };
        fory.registerSerializer(ArrayList.class, new Watched<>(resolver, ArrayList.class, ArrayList::new, lists));
        fory.registerSerializer(Vector.class, new Watched<>(resolver, Vector.class, Vector::new, lists));
        fory.registerSerializer(
                LinkedList.class, new Watched<>(resolver, LinkedList.class, size -> new LinkedList(), lists));
        fory.registerSerializer(HashSet.class, new Watched<>(resolver, HashSet.class, HashSet::new, sets));
        fory.registerSerializer(
                LinkedHashSet.class, new Watched<>(resolver, LinkedHashSet.class, LinkedHashSet::new, sets));
        fory.registerSerializer(ArrayDeque.class, new Watched<>(resolver, ArrayDeque.class, ArrayDeque::new, deques));
        fory.registerSerializer(TreeSet.class, new TreeSets(resolver, links));
        fory.registerSerializer(PriorityQueue.class, new PriorityQueues(resolver, links));
    }

    private interface Watch {
        void begin(Collection<?> collection);
    }

    private static final class Watched<T extends Collection> extends CollectionSerializer<T> {
        private final IntFunction<T> maker;
        private final Watch watch;

        Watched(TypeResolver resolver, Class<T> type, IntFunction<T> maker, Watch watch) {
            super(resolver, type, true);
            this.maker = maker;
            this.watch = watch;
        }

        @Override
        public Collection onCollectionWrite(WriteContext context, T collection) {
            watch.begin(collection);
            return super.onCollectionWrite(context, collection);
        }

        @Override
        public T newCollection(ReadContext context, boolean hasBody) {
            int size = readCollectionSize(context, context.getBuffer(), hasBody);
            setNumElements(size);
            T collection = maker.apply(size);
            context.reference(collection);
            return collection;
        }
    }

    private static final class TreeSets extends CollectionSerializers.SortedSetSerializer<TreeSet> {
        private final GraphLinks links;

        TreeSets(TypeResolver resolver, GraphLinks links) {
            super(resolver, TreeSet.class);
            this.links = links;
        }

        @Override
        public Collection onCollectionWrite(WriteContext context, TreeSet set) {
            if (RawFields.get(set, TREE_MAP) instanceof TreeMap<?, ?> map) { // else it is a view of another map
                links.watch(set, map, TREE_CHANGES);
            }
            return super.onCollectionWrite(context, set);
        }
    }

    private static final class PriorityQueues extends CollectionSerializers.PriorityQueueSerializer {
        private final GraphLinks links;

        PriorityQueues(TypeResolver resolver, GraphLinks links) {
            super(resolver, PriorityQueue.class);
            this.links = links;
        }

        @Override
        public Collection onCollectionWrite(WriteContext context, PriorityQueue queue) {
            links.watch(queue, queue, QUEUE_CHANGES);
            return super.onCollectionWrite(context, queue);
        }
    }
}
