package io.atoll.internal.lineage;

import io.atoll.ObjectId;
import io.atoll.ObjectLostException;
import io.atoll.internal.store.NativeStore;
import io.atoll.internal.store.SealedObjects;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What calls that are kept hold: of the heap their records, of the store their arguments, in memory or on disk, each counted
 * once however many name it. One thread at a time.
 */
final class LineageBytes {
    /** What a small object takes of both segments, generously. */
    private static final long LEAST_BYTES = 1024;
    /** Of the driver's heap, for records. */
    private static final int HEAP_SHARE = 128;

    private final NativeStore store;
    private final long mostHeap = Runtime.getRuntime().maxMemory() / HEAP_SHARE;
    private final Map<ObjectId, Argument> arguments = new HashMap<>();
    /** Those that were not there when they were counted. */
    private List<ObjectId> unmeasured = new ArrayList<>();

    private long held;
    private long heap;

    private static final class Argument {
        int calls;
        long bytes = LEAST_BYTES;
    }

    LineageBytes(NativeStore store) {
        this.store = store;
    }

    boolean exceed(long budget) {
        return held > budget || heap > Math.min(budget, mostHeap);
    }

    /** Its call's references on its arguments are counted here from now on. */
    void add(Made made) {
        heap += made.bytes;
        for (ObjectId id : made.call.arguments()) {
            Argument argument = arguments.computeIfAbsent(id, each -> new Argument());
            if (++argument.calls == 1) {
                held += argument.bytes;
                measure(id, argument);
            }
        }
    }

    private void measure(ObjectId id, Argument argument) {
        SealedObjects found = store.peek(new ObjectId[] {id}, 0);
        if (found.count() == 0) {
            unmeasured.add(id);
        } else {
            held += Math.max(LEAST_BYTES, found.size(0)) - argument.bytes;
            argument.bytes = Math.max(LEAST_BYTES, found.size(0));
        }
    }

    /** What is named inside an argument may have come since. */
    void measureAgain() {
        List<ObjectId> again = unmeasured;
        unmeasured = new ArrayList<>(0);
        for (ObjectId id : again) {
            Argument argument = arguments.get(id);
            if (argument != null) {
                measure(id, argument);
            }
        }
    }

    /** And gives its references back. */
    void remove(Made made) {
        heap -= made.bytes;
        for (ObjectId id : made.call.arguments()) {
            Argument argument = arguments.get(id);
            if (argument != null && --argument.calls == 0) {
                arguments.remove(id);
                held -= argument.bytes;
            }
            try {
                store.dereference(id);
            } catch (ObjectLostException | IllegalStateException e) {
                // The store is closed: all references go with it.
            }
        }
    }
}
