package io.atoll.store;

import io.atoll.ObjectId;
import io.atoll.internal.store.NativeStore;
import io.atoll.internal.store.Struct;
import io.atoll.internal.store.Waiting;
import io.atoll.jni.StoreLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * This process's attachment to a store. Any thread may call any method. A null timeout waits for ever, {@link
 * Duration#ZERO} looks once; who waits and is interrupted gets a {@link io.atoll.CallInterruptedException}, with the
 * interrupt flag set again.
 *
 * <p>An object is there as long as somebody refers to it: a process by a reference, which {@link #create}, {@link #lookup}
 * and {@link #reference} give it and {@link #dereference} takes back, or a name. A process's references end with it.
 *
 * <pre>{@code
 * try (StoreServer server = StoreServer.start(StoreOptions.builder(socket, 256 << 20).build());
 *         StoreClient client = StoreClient.attach(socket)) {
 *     try (WritableObject object = client.create(8, Duration.ofSeconds(1))) {
 *         object.buffer().putLong(42);
 *         client.publish("answer", object.seal(), Duration.ofSeconds(1));
 *     }
 *     ObjectId id = client.lookup("answer").orElseThrow(); // in any process
 *     try (StoredObject object = client.get(id, Duration.ofSeconds(1))) {
 *         System.out.println(object.buffer().getLong());
 *     }
 * }
 * }</pre>
 *
 * @since 0.1
 */
public final class StoreClient implements AutoCloseable {
    private final NativeStore store;

    private StoreClient(NativeStore store) {
        this.store = store;
    }

    /**
     * Attaches this process to the store behind a socket. One process may attach several times.
     *
     * @param socket of a {@link StoreServer}, or of a program {@code atoll-store}
     * @return the attachment
     * @throws io.atoll.StoreException when no store listens there, or takes no more clients
     */
    public static StoreClient attach(Path socket) {
        return new StoreClient(NativeStore.attach(socket));
    }

    /**
     * Where the store listens.
     *
     * @return as it was attached to
     */
    public Path socket() {
        return store.socket();
    }

    /**
     * Begins an object.
     *
     * @param size in bytes, 0 or more
     * @param timeout how long to wait for room
     * @return to be filled, sealed and closed
     * @throws io.atoll.ObjectStoreFullException when there is no room for it
     */
    public WritableObject create(long size, @Nullable Duration timeout) {
        return new WritableObject(store, store.create(null, size, 0, 0, timeout));
    }

    /**
     * Looks at an object, once it is sealed and in memory.
     *
     * @param id something must refer to it meanwhile
     * @param timeout how long to wait for that
     * @return to be closed
     * @throws io.atoll.GetTimeoutException when time is over
     * @throws io.atoll.ObjectLostException when it has been deleted, or nobody referred to it
     */
    public StoredObject get(ObjectId id, @Nullable Duration timeout) {
        return new StoredObject(store.get(id, timeout));
    }

    /**
     * Looks at an object if that can be done at once.
     *
     * @param id something must refer to it meanwhile
     * @return to be closed; empty when it is not sealed, or on disk
     * @throws io.atoll.ObjectLostException when it has been deleted, or nobody referred to it
     */
    public Optional<StoredObject> tryGet(ObjectId id) {
        return Optional.ofNullable(store.tryGet(id)).map(StoredObject::new);
    }

    /**
     * One more reference of this process.
     *
     * @param id something must refer to it meanwhile
     */
    public void reference(ObjectId id) {
        store.reference(id);
    }

    /**
     * One reference of this process less.
     *
     * @param id this process has a reference to it
     */
    public void dereference(ObjectId id) {
        store.dereference(id);
    }

    /**
     * Frees an object's bytes once nobody looks at them, whoever refers to it: {@link #get} throws {@link
     * io.atoll.ObjectLostException} from now on.
     *
     * @param id something must refer to it meanwhile
     */
    public void delete(ObjectId id) {
        store.delete(id);
    }

    /**
     * Gives an object a name under which every process finds it. The name keeps it until {@link #unpublish}, whatever
     * becomes of this process. Doing it again does nothing.
     *
     * @param name at most 224 bytes of UTF-8
     * @param id this process has a reference to it
     * @param timeout how long to wait for the server's answer
     * @throws io.atoll.StoreException when another object has the name, there are too many names, or time is over: then it
     *     may come about later
     */
    public void publish(String name, ObjectId id, @Nullable Duration timeout) {
        store.publish(name, id, Waiting.nanos(timeout));
    }

    /**
     * Takes a name away from its object.
     *
     * @param name as it was given
     * @param timeout how long to wait for the server's answer
     * @return false when no object has it
     */
    public boolean unpublish(String name, @Nullable Duration timeout) {
        return store.unpublish(name, Waiting.nanos(timeout));
    }

    /**
     * The object of a name.
     *
     * @param name as it was given
     * @return an object to which this process has one reference more; empty when none has the name
     */
    public Optional<ObjectId> lookup(String name) {
        return Optional.ofNullable(store.lookup(name));
    }

    /**
     * Every object of the store. Not a snapshot: objects come and go meanwhile.
     *
     * @return in no order
     */
    public List<ObjectInfo> list() {
        return store.list().stream().map(ObjectInfo::new).toList();
    }

    /**
     * What the store holds, and what has been done to it.
     *
     * @return as it is now
     */
    public StoreStats stats() {
        return new StoreStats(store.stats());
    }

    /**
     * What every attached process has done and holds.
     *
     * @return this one's too
     */
    public List<ClientStats> clients() {
        List<ClientStats> clients = new ArrayList<>();
        long most = store.stats().get(StoreLayout.STATS_MAX_CLIENTS);
        for (int i = 0; i < most; ++i) {
            Struct stats = store.clientStats(i);
            if (stats != null) {
                clients.add(new ClientStats(stats));
            }
        }
        return List.copyOf(clients);
    }

    /**
     * Lets running calls end, and makes later ones throw {@link IllegalStateException}; this process's references end. What
     * is still looked at or written stays where it is until it is closed. Twice is fine.
     */
    @Override
    public void close() {
        store.close();
    }

    @Override
    public String toString() {
        return store.toString();
    }
}
