package io.atoll.internal.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.PriorityQueue;
import java.util.Stack;
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
    private ChangedCollections() {}

    /** In the place of Fory's own. */
    @SuppressWarnings("JdkObsolete") // users have them
    static void register(Fory fory, GraphLinks links) {
        TypeResolver resolver = fory.getTypeResolver();
        add(fory, links, ArrayList.class, ArrayList::new, Changes.OF_LISTS);
        add(fory, links, Vector.class, Vector::new, Changes.OF_LISTS);
        add(fory, links, Stack.class, size -> new Stack(), Changes.OF_LISTS);
        add(fory, links, LinkedList.class, size -> new LinkedList(), Changes.OF_LISTS);
        add(fory, links, HashSet.class, HashSet::new, Changes.OF_HASH_SETS);
        add(fory, links, LinkedHashSet.class, LinkedHashSet::new, Changes.OF_HASH_SETS);
        add(fory, links, ArrayDeque.class, ArrayDeque::new, Changes.OF_DEQUES);
        fory.registerSerializer(TreeSet.class, new TreeSets(resolver, links));
        fory.registerSerializer(PriorityQueue.class, new PriorityQueues(resolver, links));
    }

    private static <T extends Collection> void add(
            Fory fory, GraphLinks links, Class<T> type, IntFunction<T> maker, Changes changes) {
        fory.registerSerializer(type, new Watched<>(fory.getTypeResolver(), links, type, maker, changes));
    }

    private static final class Watched<T extends Collection> extends CollectionSerializer<T> {
        private final IntFunction<T> maker;
        private final GraphLinks links;
        private final Changes changes;

        Watched(TypeResolver resolver, GraphLinks links, Class<T> type, IntFunction<T> maker, Changes changes) {
            super(resolver, type, true);
            this.links = links;
            this.maker = maker;
            this.changes = changes;
        }

        @Override
        public Collection onCollectionWrite(WriteContext context, T collection) {
            links.watch(collection, changes);
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
            links.watch(set, Changes.OF_TREE_SETS);
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
            links.watch(queue, Changes.OF_PRIORITY_QUEUES);
            return super.onCollectionWrite(context, queue);
        }
    }
}
