package io.atoll.internal.store.testkit;

import io.atoll.GetTimeoutException;
import io.atoll.ObjectId;
import io.atoll.ObjectLostException;
import io.atoll.StoreException;
import io.atoll.internal.store.Memory;
import io.atoll.internal.store.ObjectStore;
import io.atoll.internal.store.SealedObjects;
import io.atoll.internal.store.Waiting;
import java.time.Duration;

/**
 * A store in this process's own memory outside the heap, for tests: what {@link NativeStore} does, without shared memory
 * and without a native library. {@link #attach} gives another client of the same store. A read-only address is not
 * protected here. Closing asserts that the client has nothing pinned.
 */
public final class InMemoryStore implements ObjectStore {
    private final InMemoryObjects shared;
    private final int clientIndex;
    // Guarded by shared.
    private long pins;
    private long copied;
    private boolean closed;

    private InMemoryStore(InMemoryObjects shared, int clientIndex) {
        this.shared = shared;
        this.clientIndex = clientIndex;
    }

    public static InMemoryStore create(long capacity) {
        return new InMemoryStore(new InMemoryObjects(capacity), 1);
    }

    /** Another client of the same store. */
    public InMemoryStore attach() {
        synchronized (shared) {
            checkOpen();
            return new InMemoryStore(shared, ++shared.lastClient);
        }
    }

    @Override
    public long storeId() {
        return shared.storeId;
    }

    @Override
    public int clientIndex() {
        return clientIndex;
    }

    @Override
    public long capacity() {
        return shared.capacity;
    }

    @Override
    public ObjectId expect() {
        synchronized (shared) {
            checkOpen();
            return newEntry().id;
        }
    }

    private InMemoryObjects.Entry newEntry() {
        long index = ++shared.lastIndex;
        InMemoryObjects.Entry entry = new InMemoryObjects.Entry(new ObjectId(shared.storeId, index << 40 | 1));
        entry.references = 1;
        shared.entries.put(entry.id.place(), entry);
        return entry;
    }

    @Override
    public Creation create(ObjectId id, long size, int contained, long tag, Duration timeout) {
        if (size < 0 || contained < 0) {
            throw new IllegalArgumentException(
                    size + " bytes, " + contained + " contained ids: neither may be negative");
        }
        synchronized (shared) {
            checkOpen();
            if (id != null) {
                checkCreatable(id);
            }
            shared.awaitRoom(id, size, timeout, this::checkOpen);
            InMemoryObjects.Entry entry = id == null ? newEntry() : checkCreatable(id);
            entry.creating = true;
            entry.block = Memory.allocate(size + 64);
            entry.address = entry.block + 63 & -64;
            entry.size = size;
            entry.tag = tag;
            shared.used += size;
            return new InMemoryCreation(shared, this::checkOpen, entry, contained);
        }
    }

    @Override
    public Creation createNow(ObjectId id, long size, int contained, long tag) {
        return create(id, size, contained, tag, Duration.ZERO);
    }

    private InMemoryObjects.Entry checkCreatable(ObjectId id) {
        InMemoryObjects.Entry entry = shared.entry(id, "create");
        if (entry.creating || entry.state != State.EXPECTED) {
            throw new StoreException("object " + id + ": create (somebody is creating it, or has sealed it)");
        }
        return entry;
    }

    @Override
    public Pin get(ObjectId id, Duration timeout) {
        synchronized (shared) {
            long startedAt = System.nanoTime();
            long nanos = Waiting.nanos(timeout);
            while (true) {
                Pin pin = tryGet(id);
                if (pin != null) {
                    return pin;
                }
                long left = Waiting.left(nanos, startedAt);
                if (left == 0) {
                    throw new GetTimeoutException("object " + id + ": not there after " + timeout);
                }
                shared.sleep(left, "object " + id + ": get");
            }
        }
    }

    @Override
    public Pin tryGet(ObjectId id) {
        synchronized (shared) {
            checkOpen();
            InMemoryObjects.Entry entry = shared.entry(id, "get");
            if (entry.state == State.LOST) {
                throw new ObjectLostException("object " + id + ": get (its bytes cannot be had any more)");
            }
            return entry.state == State.SEALED ? new FakePin(entry) : null;
        }
    }

    @Override
    public Pin[] getAll(ObjectId[] ids, Duration timeout) {
        String what = "get of " + ids.length + " objects";
        Waiting.checkInterrupt(what);
        long startedAt = System.nanoTime();
        synchronized (shared) {
            for (ObjectId id : ids) {
                while (shared.entry(id, "get").state == State.EXPECTED) {
                    long left = Waiting.left(Waiting.nanos(timeout), startedAt);
                    if (left == 0) {
                        throw new GetTimeoutException("object " + id + ": not sealed");
                    }
                    shared.sleep(left, what);
                }
            }
            Pin[] pins = new Pin[ids.length];
            boolean all = false;
            int pinned = 0;
            try {
                for (; pinned < ids.length; ++pinned) {
                    pins[pinned] = tryGet(ids[pinned]);
                }
                all = true;
            } finally {
                while (!all && pinned > 0) {
                    pins[--pinned].close();
                }
            }
            return pins;
        }
    }

    @Override
    public SealedObjects peek(ObjectId[] ids, int from) {
        SealedObjects found = new SealedObjects();
        synchronized (shared) {
            for (int i = from; i < ids.length && state(ids[i]) == State.SEALED; ++i) {
                InMemoryObjects.Entry entry = shared.entry(ids[i], "peek");
                found.add(entry.size, entry.tag, false);
            }
        }
        return found;
    }

    @Override
    public void reference(ObjectId id) {
        synchronized (shared) {
            checkOpen();
            shared.entry(id, "reference").references++;
        }
    }

    @Override
    public void dereference(ObjectId id) {
        synchronized (shared) {
            checkOpen();
            InMemoryObjects.Entry entry = shared.entry(id, "dereference");
            if (entry.references == 0) {
                throw new IllegalArgumentException("object " + id + ": dereference without a reference");
            }
            entry.references--;
            shared.freeIfUnused(entry);
        }
    }

    @Override
    public State state(ObjectId id) {
        synchronized (shared) {
            checkOpen();
            InMemoryObjects.Entry entry = id.store() == shared.storeId ? shared.entries.get(id.place()) : null;
            return entry == null ? State.ABSENT : entry.state;
        }
    }

    @Override
    public void delete(ObjectId id) {
        synchronized (shared) {
            checkOpen();
            InMemoryObjects.Entry entry = shared.entry(id, "delete");
            if (entry.creating) {
                throw new StoreException("object " + id + ": delete (somebody is creating it)");
            }
            entry.state = State.LOST;
            shared.freeBytesIfUnpinned(entry);
            shared.notifyAll();
        }
    }

    @Override
    public boolean[] await(ObjectId[] ids, int wanted, Duration timeout) {
        if (wanted < 0 || wanted > ids.length) {
            throw new IllegalArgumentException(wanted + " wanted of " + ids.length + " ids");
        }
        long startedAt = System.nanoTime();
        long nanos = Waiting.nanos(timeout);
        synchronized (shared) {
            while (true) {
                checkOpen();
                boolean[] ready = new boolean[ids.length];
                int count = 0;
                for (int i = 0; i < ids.length; i++) {
                    State state = state(ids[i]);
                    ready[i] = state != State.EXPECTED;
                    count += ready[i] ? 1 : 0;
                }
                long left = Waiting.left(nanos, startedAt);
                if (count >= wanted || left == 0) {
                    return ready;
                }
                shared.sleep(left, "waiting for " + wanted + " of " + ids.length + " objects");
            }
        }
    }

    @Override
    public boolean claim(ObjectId id, int expected, int desired) {
        synchronized (shared) {
            checkOpen();
            InMemoryObjects.Entry entry = shared.entry(id, "claim");
            if (entry.claim != expected) {
                return false;
            }
            entry.claim = desired;
            return true;
        }
    }

    @Override
    public int claimed(ObjectId id) {
        synchronized (shared) {
            checkOpen();
            return shared.entry(id, "claimed").claim;
        }
    }

    @Override
    public void countCopied(long bytes) {
        synchronized (shared) {
            copied += bytes;
        }
    }

    /** What {@link #countCopied} was told by this client. */
    public long copied() {
        synchronized (shared) {
            return copied;
        }
    }

    /** What this client has pinned. */
    public long pins() {
        synchronized (shared) {
            return pins;
        }
    }

    /** Entries in use, of all clients. */
    public int objects() {
        synchronized (shared) {
            return shared.entries.size();
        }
    }

    /** Bytes of all objects, unsealed ones too. */
    public long used() {
        synchronized (shared) {
            return shared.used;
        }
    }

    @Override
    public void close() {
        synchronized (shared) {
            if (closed) {
                return;
            }
            if (pins != 0) {
                throw new AssertionError(
                        "client " + clientIndex + " has " + pins + " pins at its end: " + shared.pinned());
            }
            closed = true;
            shared.notifyAll();
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("store is closed in client " + clientIndex);
        }
    }

    private final class FakePin implements Pin {
        private final InMemoryObjects.Entry entry;
        private boolean over;

        FakePin(InMemoryObjects.Entry entry) {
            this.entry = entry;
            entry.pins++;
            pins++;
        }

        @Override
        public ObjectId id() {
            return entry.id;
        }

        @Override
        public long address() {
            synchronized (shared) {
                if (over) {
                    throw new IllegalStateException("object " + entry.id + ": this pin is closed");
                }
                return entry.address;
            }
        }

        @Override
        public long size() {
            return entry.size;
        }

        @Override
        public long tag() {
            return entry.tag;
        }

        @Override
        public long offset() {
            return entry.address;
        }

        @Override
        public ObjectId[] contained() {
            return entry.contained.clone();
        }

        @Override
        public void close() {
            synchronized (shared) {
                if (over) {
                    return;
                }
                over = true;
                entry.pins--;
                pins--;
                if (entry.state == State.LOST) {
                    shared.freeBytesIfUnpinned(entry);
                    shared.notifyAll();
                }
                shared.freeIfUnused(entry);
            }
        }
    }
}
