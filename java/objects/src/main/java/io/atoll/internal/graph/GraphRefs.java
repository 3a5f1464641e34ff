package io.atoll.internal.graph;

import io.atoll.internal.fields.RawFields;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.fory.collection.IdentityObjectIntMap;
import org.apache.fory.collection.ObjectIntMap;
import org.apache.fory.context.MapRefWriter;
import org.apache.fory.context.RefWriter;
import org.apache.fory.serializer.JavaSerializer;

/**
 * The objects that a graph has had so far, by number, as Fory's {@code MapRefWriter} keeps them to itself. One thread.
 */
final class GraphRefs {
    private static final long MAP = RawFields.offset(MapRefWriter.class, "writtenObjects");
    private static final long KEYS = RawFields.offset(ObjectIntMap.class, "keyTable");
    /** What Fory writes, and a number after it, for an object that was there before. */
    private static final byte SEEN = -2;

    private final IdentityObjectIntMap<Object> numbers;
    private final Map<Class<?>, Object> codecs;
    private Map<Integer, Object> standIns; // by the number that they have in common; null until it is asked for

    /** @param codecs of the classes that have one, so far */
    @SuppressWarnings("unchecked")
    GraphRefs(RefWriter writer, Map<Class<?>, Object> codecs) {
        this.codecs = codecs;
        numbers = (IdentityObjectIntMap<Object>) RawFields.get((MapRefWriter) writer, MAP);
    }

    /** How many objects there were. */
    int count() {
        return numbers.size;
    }

    /** In order of the first writing; -1 for what has none. */
    int number(Object object) {
        return numbers.get(object, -1);
    }

    /** What was written of an object: itself, or what its writeReplace put in its place. */
    Object written(Object object) {
        if (!isReplaced(object)) {
            return object;
        }
        if (standIns == null) {
            standIns = new HashMap<>();
            for (Object each : keys()) {
                if (each != null && !isReplaced(each)) {
                    standIns.put(number(each), each);
                }
            }
        }
        return standIns.getOrDefault(number(object), object);
    }

    /** Of objects of a class; null when they have none. */
    Object codec(Class<?> type) {
        return codecs.isEmpty() ? null : codecs.get(type);
    }

    private boolean isMadeWhole(Class<?> type) {
        return Constructed.only(type) || codec(type) != null;
    }

    private boolean isReplaced(Object object) {
        Class<?> type = object.getClass();
        return Constructed.only(type) && Constructed.isReplaced(type) && codec(type) == null;
    }

    /** Ends what is known of the graph. */
    void forget() {
        standIns = null;
    }

    private Object[] keys() {
        return (Object[]) RawFields.get(numbers, KEYS);
    }

    /**
     * The objects that are made only by their constructor, by a codec, or by what stands for them, and that may have been reached more
     * than once: no cycle runs through others. Found in the bytes, where data can look like a number, so that there may be
     * some too many.
     */
    List<Object> reachedAgain(byte[] graph) {
        BitSet candidates = null;
        for (Object each : keys()) {
            if (each != null && isMadeWhole(each.getClass())) {
                candidates = candidates == null ? new BitSet() : candidates;
                candidates.set(number(each));
            }
        }
        BitSet found = candidates == null ? null : reachedAgain(graph, candidates);
        List<Object> objects = new ArrayList<>();
        if (found != null) {
            for (Object each : keys()) {
                if (each != null && found.get(number(each)) && isMadeLast(each)) {
                    objects.add(each);
                }
            }
        }
        return objects;
    }

    private boolean isMadeLast(Object object) {
        if (!isReplaced(object)) {
            return isMadeWhole(object.getClass());
        }
        Object standIn = written(object);
        return standIn != object && JavaSerializer.getReadResolveMethod(standIn.getClass()) != null;
    }

    private static BitSet reachedAgain(byte[] graph, BitSet candidates) {
        BitSet found = null;
        for (int i = 0; i < graph.length; i++) {
            if (graph[i] == SEEN) {
                int number = varUInt32(graph, i + 1);
                if (number >= 0 && candidates.get(number)) {
                    found = found == null ? new BitSet() : found;
                    found.set(number);
                }
            }
        }
        return found;
    }

    /** -1 when there is none. */
    private static int varUInt32(byte[] bytes, int at) {
        int value = 0;
        for (int shift = 0, i = at; i < bytes.length && shift < 32; shift += 7, i++) {
            value |= (bytes[i] & 0x7f) << shift;
            if (bytes[i] >= 0) {
                return value;
            }
        }
        return -1;
    }
}
