package io.atoll.internal.store;

import io.atoll.ObjectId;
import io.atoll.jni.NativeLibrary;
import io.atoll.jni.StoreLayout;
import io.atoll.jni.StoreNative;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * This process's attachment to a shared-memory store. Any thread may call any method. {@link #close} lets running calls
 * end and makes later ones throw {@link IllegalStateException}; the memory stays mapped until the last pin and the
 * last object being written are closed, so nobody can reach memory that is not there.
 */
public final class NativeStore implements ObjectStore {
    /** Stands for a client index in the bell methods: the bell on which the scheduler sleeps. */
    public static final long SCHEDULER_BELL = 0xffffffffL;
    /** Rung while somebody waits for room: whoever holds what it does not need gives it back. */
    public static final long PRESSURE_BELL = 0xfffffffeL;

    private final Attachment attachment;
    private final long storeId;
    private final Reports reports;
    private final Creations creations;
    private final Pins pins;
    private final Entries entries;
    private final Names names;
    private final Bells bells;
    private final Watches watches;

    /** @param reserve whether this client has one */
    private NativeStore(Attachment attachment, boolean reserve) {
        this.attachment = attachment;
        storeId = StoreNative.storeId(attachment.client());
        reports = new Reports(attachment);
        creations = new Creations(attachment, reports, reserve);
        pins = new Pins(attachment, reports);
        entries = new Entries(attachment);
        names = new Names(attachment);
        bells = new Bells(attachment);
        watches = new Watches(attachment);
    }

    /** Attaches this process to the store behind a socket. One process may attach several times. */
    public static NativeStore attach(Path socket) {
        return attach(socket, 0);
    }

    /** @param reserve bytes of the store that nobody has but {@link #createNow} */
    public static NativeStore attach(Path socket, long reserve) {
        NativeLibrary.load();
        ByteBuffer path = Memory.cString(socket.toAbsolutePath().toString());
        ByteBuffer options = Memory.direct(StoreLayout.CLIENT_OPTIONS_SIZE);
        options.putLong(StoreLayout.CLIENT_OPTIONS_BYTES, StoreLayout.CLIENT_OPTIONS_SIZE);
        options.putLong(StoreLayout.CLIENT_OPTIONS_RESERVE_BYTES, reserve);
        ByteBuffer out = Memory.direct(8);
        StoreCodes.checkSystem(
                StoreNative.attach(Memory.addressOf(path), Memory.addressOf(options), Memory.addressOf(out)),
                "store " + socket + ": attach");
        return new NativeStore(new Attachment(socket.toAbsolutePath().toString(), out.getLong(0)), reserve > 0);
    }

    /**
     * Attaches this process over the connection that {@link SpawnedProcess#start} has handed down to it, once.
     *
     * @param socket names the store in messages
     */
    public static NativeStore attachInherited(Path socket) {
        NativeLibrary.load();
        ByteBuffer out = Memory.direct(8);
        StoreCodes.check(
                StoreNative.attachFd(StoreLayout.CHILD_CONNECTION, 0, Memory.addressOf(out)),
                "store " + socket + ": attach over the inherited connection");
        return new NativeStore(new Attachment(socket.toAbsolutePath().toString(), out.getLong(0)), false);
    }

    /** Where the store listens, as it was attached to. */
    public Path socket() {
        return Path.of(attachment.socket());
    }

    @Override
    public long storeId() {
        return storeId;
    }

    @Override
    public int clientIndex() {
        return attachment.clientIndex();
    }

    @Override
    public long capacity() {
        return reports.capacity();
    }

    @Override
    public ObjectId expect() {
        return entries.expect();
    }

    @Override
    public Creation create(@Nullable ObjectId id, long size, int contained, long tag, @Nullable Duration timeout) {
        return creations.create(id, size, contained, tag, timeout);
    }

    @Override
    public Creation createNow(ObjectId id, long size, int contained, long tag) {
        return creations.createNow(id, size, contained, tag);
    }

    @Override
    public Pin get(ObjectId id, @Nullable Duration timeout) {
        Pin pin = pins.get(id, timeout);
        countIfCopied(pin);
        return pin;
    }

    @Override
    public @Nullable Pin tryGet(ObjectId id) {
        return pins.tryGet(id);
    }

    @Override
    public Pin[] getAll(ObjectId[] ids, @Nullable Duration timeout) {
        Pin[] all = pins.getAll(ids, timeout);
        for (Pin pin : all) {
            countIfCopied(pin);
        }
        return all;
    }

    private void countIfCopied(Pin pin) {
        if (pin instanceof CopiedPin) {
            countCopied(pin.size());
        }
    }

    @Override
    public SealedObjects peek(ObjectId[] ids, int from) {
        return pins.peek(ids, from);
    }

    @Override
    public void reference(ObjectId id) {
        entries.reference(id);
    }

    @Override
    public void dereference(ObjectId id) {
        entries.dereference(id);
    }

    @Override
    public State state(ObjectId id) {
        return entries.state(id);
    }

    @Override
    public void delete(ObjectId id) {
        entries.delete(id);
    }

    @Override
    public boolean[] await(ObjectId[] ids, int wanted, @Nullable Duration timeout) {
        return entries.await(ids, wanted, timeout);
    }

    @Override
    public boolean claim(ObjectId id, int expected, int desired) {
        return entries.claim(id, expected, desired);
    }

    @Override
    public int claimed(ObjectId id) {
        return entries.claimed(id);
    }

    /**
     * Has {@link #takeReady} tell of each id, once, that it is ready: sealed, lost or gone. All of them, or none.
     *
     * @param ids this process refers to each until its event is taken
     * @throws IllegalArgumentException when one of them is watched already
     * @throws io.atoll.ObjectLostException when one of them names no object
     */
    public void watch(ObjectId[] ids) {
        watches.watch(ids);
    }

    /**
     * Some of the watched ids that are ready, about in the order in which they became so. Each is given to one caller. What
     * it costs follows the ids that are given, not those that are watched.
     *
     * @param timeoutNanos how long to wait for the first
     * @return none when time is over or this thread is interrupted, whose flag then stays set
     */
    public ObjectId[] takeReady(long timeoutNanos) {
        return watches.takeReady(timeoutNanos);
    }

    /**
     * Has {@link #takeEvents} tell, once, that no other client refers to the object, nor any container or name.
     *
     * @param id this process refers to it until its event is taken, or {@link #unwatch}
     * @throws io.atoll.ObjectLostException when it names no object
     */
    public void watchAlone(ObjectId id) {
        watches.watchAlone(id);
    }

    /**
     * Has {@link #takeEvents} tell that the bytes of the object are lost, since its file is damaged or cannot be read. It is
     * expected again then, whoever waits for it waits on, and this process is to answer by {@link #expectAgain} or {@link
     * #giveUp}.
     *
     * @param id this process refers to it until the answer, or {@link #unwatch}
     * @throws io.atoll.ObjectLostException when it names no object
     */
    public void watchDamaged(ObjectId id) {
        watches.watchDamaged(id);
    }

    /** Ends all watches of an object; if this process was asked about it, it has given it up with that. */
    public void unwatch(ObjectId id) {
        watches.unwatch(id);
    }

    /**
     * Says that the object is made again under its id, by whomever.
     *
     * @throws io.atoll.StoreException when nothing is wrong with it
     * @throws io.atoll.ObjectLostException when it was deleted, or is gone
     */
    public void expectAgain(ObjectId id) {
        watches.expectAgain(id);
    }

    /**
     * Says that the object is not made again: it is lost.
     *
     * @throws IllegalArgumentException when this process has not been asked
     */
    public void giveUp(ObjectId id) {
        watches.giveUp(id);
    }

    /** As {@link #takeReady}, with what has become of each. A process uses one of the two. */
    public ObjectEvent[] takeEvents(long timeoutNanos) {
        return watches.takeEvents(timeoutNanos);
    }

    /**
     * Gives an object, to which this process holds a reference, a name under which every process finds it. The name
     * keeps it alive until {@link #unpublish}, whatever becomes of this process. Doing it again does nothing.
     *
     * @param name at most 224 bytes of UTF-8
     * @param timeoutNanos how long to wait for the server's answer
     * @throws io.atoll.StoreException when another object has the name, there are too many names, or time is over: then it
     *     may come about later
     */
    public void publish(String name, ObjectId id, long timeoutNanos) {
        names.publish(name, id, timeoutNanos);
    }

    /** The same, however long the server takes. */
    public void publish(String name, ObjectId id) {
        publish(name, id, Waiting.FOREVER);
    }

    /**
     * Takes the name away from its object.
     *
     * @param timeoutNanos how long to wait for the server's answer
     * @return false when no object has it
     */
    public boolean unpublish(String name, long timeoutNanos) {
        return names.unpublish(name, timeoutNanos);
    }

    /** The same, however long the server takes. */
    public boolean unpublish(String name) {
        return unpublish(name, Waiting.FOREVER);
    }

    /** The object of that name, or null; the caller has one reference to it more. Does not ask the server. */
    public @Nullable ObjectId lookup(String name) {
        return names.lookup(name);
    }

    /** Where a client's ring lies in this process. It must not be touched once this store is closed. */
    public Ring ring(int ofClient, Ring.Direction direction) {
        return bells.ring(ofClient, direction);
    }

    /**
     * How often a bell has been rung: read it, look for work, then give it to {@link #bellWait}, which misses no ring
     * after the reading.
     *
     * @param index a client's index, {@link #SCHEDULER_BELL} or {@link #PRESSURE_BELL}
     */
    public long bell(long index) {
        return bells.bell(index);
    }

    /**
     * Sleeps until the bell's count is no longer {@code count}. Any number of threads may wait, and an interrupt wakes none
     * of them, as it would take looking for it many times a second. Returns the count: the same one when time is over, or
     * after {@link #endWaits}.
     *
     * @throws IllegalStateException when the store is closed meanwhile
     */
    public long bellWait(long index, long count, long timeoutNanos) {
        return bells.bellWait(index, count, timeoutNanos);
    }

    /**
     * Whoever of this process sleeps at this client's bell, the scheduler's or that of pressure comes back, and nobody sleeps
     * there any more: this process ends its part.
     */
    public void endWaits() {
        bells.endWaits();
    }

    /** Adds to the bell's count and wakes at most {@code threads} of those who wait. */
    public void bellRing(long index, int threads) {
        bells.bellRing(index, threads);
    }

    /** Waits for the end of the server's process; false when time is over first. */
    public boolean awaitServerExit(@Nullable Duration timeout) {
        return bells.awaitServerExit(timeout);
    }

    @Override
    public void countCopied(long bytes) {
        reports.countCopied(bytes);
    }

    /** What {@link #countCopied} was told by this client. */
    public long copied() {
        Struct stats = Objects.requireNonNull(clientStats(clientIndex()));
        return stats.get(StoreLayout.CLIENT_STATS_DONE + StoreLayout.OPERATIONS_BYTES_COPIED);
    }

    /** Adds to one of this client's four counters that the store's users share out. */
    public void countUser(int counter, long add) {
        reports.countUser(counter, add);
    }

    /** What the store holds and has done: {@code atoll_stats_t}. */
    public Struct stats() {
        return reports.stats();
    }

    /** What a client has done and holds, {@code atoll_client_stats_t}; null when no client has that index now. */
    public @Nullable Struct clientStats(int index) {
        return reports.clientStats(index);
    }

    /** Where an object of {@link #list} stands. */
    public static State stateIn(Struct info) {
        return Entries.stateOf(info.get(StoreLayout.OBJECT_INFO_STATE));
    }

    /** Every object of the store, {@code atoll_object_info}. Not a snapshot: objects come and go meanwhile. */
    public List<Struct> list() {
        return reports.list();
    }

    /** Pins that this attachment holds now; also after {@link #close}. */
    public long pins() {
        return attachment.pins();
    }

    /**
     * Gives native code of this process ({@code atoll/kernel.h}) this attachment, until it is closed or another one is
     * given.
     */
    public void giveToKernels() {
        attachment.giveToKernels();
    }

    public boolean isClosed() {
        return attachment.isClosed();
    }

    @Override
    public void close() {
        close(Runnable::run);
    }

    /** @param later unmaps the memory, and says that this client has left; now, or when the last pin is closed */
    public void close(Executor later) {
        attachment.close(later);
    }

    @Override
    public String toString() {
        return "NativeStore(" + attachment.socket() + ", client " + clientIndex()
                + (attachment.isClosed() ? ", closed)" : ")");
    }
}
