package io.atoll.internal.objects;

import io.atoll.GetTimeoutException;
import io.atoll.ObjectId;
import io.atoll.ObjectLostException;
import io.atoll.ObjectStoreFullException;
import io.atoll.internal.memory.ArrowNames;
import io.atoll.internal.memory.Kind;
import io.atoll.internal.memory.Lease;
import io.atoll.internal.store.ObjectStore;
import io.atoll.internal.store.SealedObjects;
import io.atoll.internal.store.Waiting;
import io.atoll.tensor.Tensor;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * Gets values of sealed objects, in order. When some are on disk, those that come back as views are pinned together, so
 * that they come back together and lists that fit the store only one by one take turns. Values that are copied may be
 * more than the store together: they are pinned in parts, and each only until it is copied. One thread's.
 */
final class ReadyList {
    /** One of so many parts of the store is pinned for copies: what others look at goes on having room. */
    private static final int COPY_PARTS = 8;
    /** How long a part that is copied waits for room for all of it; then its objects come one by one. */
    private static final Duration TOGETHER = Duration.ofSeconds(10);

    private final ObjectCodec codec;
    private final ObjectStore store;
    private final ObjectId[] ids;
    private final int from;
    private final Object[] values;
    private final Duration timeout; // null for ever
    private final long startedAt = System.nanoTime();
    private final SealedObjects ready;

    /** Bytes that each takes: none when the same object was there before. */
    private long[] bytes;
    /** Bytes that views made here keep pinned. */
    private long held;

    ReadyList(ObjectCodec codec, ObjectStore store, ObjectId[] ids, int from, Object[] values, Duration timeout) {
        this.codec = codec;
        this.store = store;
        this.ids = ids;
        this.from = from;
        this.values = values;
        this.timeout = timeout;
        ready = store.peek(ids, from);
    }

    /** Sets the values; returns how many. */
    int get() {
        // Views are pinned together also when all are in memory: some may be on disk before the last one is pinned.
        if (!ready.onDisk() && (ready.count() < 2 || !anyView(0, ready.count()))) {
            getEach(0, ready.count());
            return ready.count();
        }
        weigh();
        for (int at = 0; at < ready.count(); ) {
            int end = endOfPart(at);
            getTogether(at, end);
            at = end;
        }
        return ready.count();
    }

    private void getEach(int begin, int end) {
        for (int i = begin; i < end; ++i) {
            values[from + i] = codec.get(ids[from + i], Waiting.left(timeout, startedAt));
        }
    }

    /** Fails before anything is pinned when what surely stays pinned is more than there is. */
    private void weigh() {
        Set<ObjectId> seen = new HashSet<>();
        bytes = new long[ready.count()];
        long views = 0;
        for (int i = 0; i < bytes.length; ++i) {
            boolean isNew = seen.add(ids[from + i]);
            bytes[i] = isNew ? Math.max(0, Math.min(ready.size(i), store.capacity())) : 0;
            if (isView(i) && Kind.of(ready.tag(i)) != Kind.ARROW) { // compressed batches are copied
                views += bytes[i];
            }
        }
        if (views > store.capacity()) {
            throw full(views);
        }
    }

    private boolean isView(int number) {
        switch (Kind.of(ready.tag(number))) {
            case Kind.BYTE_BUFFER:
            case Kind.TYPED_BUFFER:
            case Kind.TENSOR:
            case Kind.ARROW:
                return true;
            default:
                return false;
        }
    }

    private int endOfPart(int begin) {
        long all = held;
        long copies = 0;
        int end = begin;
        for (; end < bytes.length; ++end) {
            all += bytes[end];
            copies += isView(end) ? 0 : bytes[end];
            if (all > store.capacity() || copies > store.capacity() / COPY_PARTS) {
                break;
            }
        }
        if (end > begin) {
            return end;
        } else if (all > store.capacity()) {
            throw full(all);
        }
        return begin + 1;
    }

    private void getTogether(int begin, int end) {
        boolean mayComeSingly = end - begin > 1 && !anyView(begin, end);
        Duration left = Waiting.left(timeout, startedAt);
        if (mayComeSingly && (left == null || left.compareTo(TOGETHER) > 0)) {
            left = TOGETHER;
        }
        ObjectStore.Pin[] pins;
        try {
            pins = store.getAll(Arrays.copyOfRange(ids, from + begin, from + end), left);
        } catch (ObjectLostException | ObjectStoreFullException | GetTimeoutException e) {
            if (end - begin == 1 || (!mayComeSingly && !(e instanceof ObjectLostException))) {
                throw e;
            }
            getEach(begin, end); // Those before the lost one may throw first; copies may fit one by one.
            return;
        }
        int decoded = begin;
        try {
            for (; decoded < end; ++decoded) {
                Lease lease = codec.lease(pins[decoded - begin]);
                try {
                    values[from + decoded] = codec.read(pins[decoded - begin], lease);
                } finally {
                    held += lease.release() ? 0 : bytes[decoded];
                }
            }
        } finally {
            for (int i = decoded + 1; i < end; ++i) {
                pins[i - begin].close();
            }
        }
    }

    private boolean anyView(int begin, int end) {
        for (int i = begin; i < end; ++i) {
            if (isView(i)) {
                return true;
            }
        }
        return false;
    }

    private ObjectStoreFullException full(long needed) {
        return new ObjectStoreFullException("a list of " + ids.length + " objects: its views keep " + needed
                + " bytes in memory together, and the store has " + store.capacity()
                + ": get fewer at a time, and close them before the next");
    }

    static void closeViews(Object[] values, Throwable why) {
        for (Object value : values) {
            boolean isView = value instanceof Tensor || (value != null && ArrowNames.isArrow(value.getClass()));
            if (isView && value instanceof AutoCloseable view) {
                try {
                    view.close();
                } catch (Exception e) {
                    why.addSuppressed(e);
                }
            }
        }
    }
}
