package io.atoll.internal.graph;

import io.atoll.ObjectId;
import io.atoll.ObjectRef;
import io.atoll.internal.codecs.AllowList;
import io.atoll.internal.codecs.CodecRegistry;
import io.atoll.internal.fields.FieldsMark;
import io.atoll.internal.fields.Refusal;
import io.atoll.internal.hooks.HookInput;
import io.atoll.internal.hooks.HookOutput;
import io.atoll.internal.kinds.Kinds;
import io.atoll.internal.memory.RefFactory;
import io.atoll.internal.memory.Source;
import io.atoll.internal.memory.Unreadable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What one graph has beside the bytes of its objects: refs, parts, and the classes that it may name. Serializers collect
 * it here while a graph is written, and look it up while one is read. Its coder's thread.
 */
final class GraphLinks {
    private static final ObjectId[] NONE = {};
    private static final int FIRST_WATCHED = 16;

    private final ClassLoader loader;
    private final Shelf shelf;
    private final AllowList allowed = AllowList.current();
    private HookOutput hookOutput; // null until a class with hooks is met, as the next
    private HookInput hookInput;
    private final Map<Class<?>, Object> codecs = new HashMap<>();
    private final Map<Class<?>, FieldsMark> marks = new HashMap<>();
    private int graph; // how many there were, written or read
    // While writing.
    private Set<ObjectId> ids;
    private GraphParts parts;
    private final List<Object> watched = new ArrayList<>();
    private final List<Changes> counting = new ArrayList<>();
    private long[] changes = new long[FIRST_WATCHED];
    // While reading.
    private Source source;
    private long graphBytes;
    private RefFactory refs;
    private final BitSet partsTaken = new BitSet();

    GraphLinks(ClassLoader loader, Shelf shelf) {
        this.loader = loader;
        this.shelf = shelf;
    }

    /** Says that a class is among those of the graph. */
    void met(Class<?> type) {
        shelf.keepWith(type, loader);
    }

    /** Where classes are looked up. */
    ClassLoader loader() {
        return loader;
    }

    AllowList allowed() {
        return allowed;
    }

    /** Throws unless objects of the class may be made from stored bytes. */
    void checkAllowed(String className) {
        if (!allowed.allows(className)) {
            throw new Unreadable(allowed.refusal(className));
        }
    }

    /** The codecs of the classes that have been met, which the coder keeps as long as it lives. */
    Map<Class<?>, Object> codecs() {
        return codecs;
    }

    /** Notes that objects of a class go by a codec. */
    CodecRegistry.Registered coded(Class<?> type, CodecRegistry.Registered codec) {
        codecs.put(type, codec.codec());
        return codec;
    }

    /** The fields of a class, to be told once in each graph. */
    FieldsMark mark(Class<?> type) {
        return marks.computeIfAbsent(type, FieldsMark::new);
    }

    /** The number of the graph that is being written or read. */
    int graph() {
        return graph;
    }

    void beginWriting() {
        graph++;
        ids = null;
        parts = new GraphParts();
        if (hookOutput != null) {
            hookOutput.begin();
        }
    }

    /** The stream for hooks that write. */
    HookOutput hookOutput() {
        if (hookOutput == null) {
            try {
                hookOutput = new HookOutput();
            } catch (IOException e) {
                throw new UncheckedIOException(e); // as java.io declares it
            }
        }
        return hookOutput;
    }

    /** The stream for hooks that read. */
    HookInput hookInput() {
        if (hookInput == null) {
            try {
                hookInput = new HookInput();
                hookInput.begin(JavaBytes.longestArray(graphBytes));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return hookInput;
    }

    /** Notes how often a container was changed before it is written. */
    void watch(Object container, Changes counted) {
        watched.add(container);
        counting.add(counted);
        if (watched.size() > changes.length) {
            changes = Arrays.copyOf(changes, 2 * changes.length);
        }
        changes[watched.size() - 1] = counted.of(container);
    }

    /** Throws when a hook went on after an object that it could not write: half of that object is there. */
    void refuseHalves() {
        if (hookOutput != null) {
            hookOutput.refuseHalves();
        }
    }

    /** Throws when a container of the graph was changed while it was written: what was written of it may make no sense. */
    void refuseChanged() {
        for (int i = 0; i < watched.size(); i++) {
            Object container = watched.get(i);
            if (counting.get(i).of(container) != changes[i]) {
                throw changed(container);
            }
        }
        watched.clear();
        counting.clear();
    }

    static Refusal.Refused changed(Object container) {
        return new Refusal.Refused(container.getClass(), "it was changed while it was being written", container);
    }

    void contain(ObjectId id) {
        if (ids == null) {
            ids = new LinkedHashSet<>();
        }
        ids.add(id);
    }

    /** Moves a part of the graph into a buffer of its own; returns its number. */
    int lift(Object value) {
        return parts.add(Kinds.encodePart(value));
    }

    /** The parts of the graph just written; they are forgotten here. */
    GraphParts takeParts() {
        GraphParts taken = parts;
        parts = null;
        return taken;
    }

    /** The ids of the graph just written; they are forgotten here. */
    ObjectId[] takeIds() {
        ObjectId[] taken = ids == null ? NONE : ids.toArray(NONE);
        ids = null;
        return taken;
    }

    /**
     * @param from the whole object, for its parts
     * @param bytes of the graph itself
     */
    void beginReading(Source from, RefFactory by, long bytes) {
        graph++;
        source = from;
        refs = by;
        graphBytes = bytes;
        if (hookInput != null) {
            hookInput.begin(JavaBytes.longestArray(bytes));
        }
    }

    /** Throws when hooks have asked for a look at the whole graph, and found it wrong. */
    void validate() {
        if (hookInput != null) {
            hookInput.validate();
        }
    }

    void endReading() {
        partsTaken.clear();
        source = null;
        refs = null;
    }

    ObjectRef<?> adopt(ObjectId id) {
        return refs.adopt(id);
    }

    Object part(int number) {
        if (number < 0 || partsTaken.get(number)) {
            throw source.damaged("its part " + number + " is there more than once"); // each time a copy, it may be
        }
        Object part = GraphParts.decode(source, number, refs);
        partsTaken.set(number);
        return part;
    }
}
