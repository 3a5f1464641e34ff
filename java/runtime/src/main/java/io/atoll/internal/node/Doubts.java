package io.atoll.internal.node;

import io.atoll.ObjectId;
import io.atoll.internal.call.CallRecord;
import io.atoll.internal.call.Messages;
import io.atoll.scheduler.Scheduler;
import io.atoll.scheduler.Waits;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.agrona.DirectBuffer;

/**
 * Asked of the workers before a deadlock is told: what each thread there waits for, and whether that has come. Such a thread
 * goes on by itself, when it gets a CPU; its process may be one of many, or be stopped, and then does not answer. What a
 * thread has said that it waits for it waits for until it says something else, whatever happens on the node meanwhile. Who
 * has the scheduler's turn.
 */
final class Doubts {
    /** Nothing has run for so long: perhaps nothing ever will. */
    private static final long QUIET_NANOS = 1_000_000_000L;
    /** Where something does all the time it is asked so often. */
    private static final long BUSY_NANOS = 3_000_000_000L;

    private final Clients clients;
    private final UnfinishedCalls calls;
    /** Who has not answered. */
    private final BitSet missing = new BitSet();

    private final Waits waits = new Waits();
    private boolean isAsked;
    private long question;
    private int idleTalk;

    /** When it was asked last, or there was nobody to ask. */
    private long askedAt = System.nanoTime();
    /** When something has happened last. */
    private long eventAt = askedAt;

    Doubts(Clients clients, UnfinishedCalls calls) {
        this.clients = clients;
        this.calls = calls;
    }

    /**
     * To be called often: asks, and has a deadlock broken when there is one.
     *
     * @param anyEvents whether something has happened since the last look
     * @param isAnyComing whether a worker is being started
     */
    void look(Scheduler scheduler, boolean anyEvents, BooleanSupplier isAnyComing) {
        long now = System.nanoTime();
        if (anyEvents) {
            eventAt = now;
        }
        if (scheduler.unfinished() == 0) {
            askedAt = now;
            forget();
        } else if (!isAsked) {
            boolean isQuiet = now - eventAt > QUIET_NANOS;
            if (now - askedAt > (isQuiet ? QUIET_NANOS : BUSY_NANOS)) {
                askedAt = now;
                if (scheduler.anyBlocked()) {
                    ask(scheduler);
                }
            }
        } else if (missing.isEmpty() || now - askedAt > QUIET_NANOS) {
            isAsked = false; // Who has not answered is asked again.
            boolean isQuiet = missing.isEmpty() && askedAt - eventAt > QUIET_NANOS;
            scheduler.breakDeadlock(waits, isQuiet && !isAnyComing.getAsBoolean());
        }
    }

    /** Asks all that have tasks. */
    private void ask(Scheduler scheduler) {
        isAsked = true;
        ++question;
        waits.askAgain();
        missing.clear();
        for (int word = 0; word < clients.words(); ++word) {
            for (long bits = clients.known(word); bits != 0; bits &= bits - 1) {
                Client client = clients.here(word * Long.SIZE + Long.numberOfTrailingZeros(bits));
                if (!scheduler.tasksOf(client.index).isEmpty()) {
                    missing.set(client.index);
                    client.tell(Messages.CHECK, new ObjectId(0, question));
                }
            }
        }
    }

    /** One of its threads waits, as the rest of the message says. */
    void waits(Client from, DirectBuffer message, int at, int length) {
        ++idleTalk;
        int countsAt = at + Long.BYTES + ObjectId.BYTES;
        int idsAt = countsAt + 3 * Integer.BYTES;
        long ids = 0;
        long helped = 0;
        if (idsAt <= at + length) {
            helped = message.getInt(countsAt + Integer.BYTES, ByteOrder.LITTLE_ENDIAN);
            ids = helped + message.getInt(countsAt + 2 * Integer.BYTES, ByteOrder.LITTLE_ENDIAN);
        }
        if (idsAt > at + length || helped < 0 || ids < helped || length != idsAt - at + ids * ObjectId.BYTES) {
            from.leaveOut(Messages.WAITS, length + " bytes do not say what is waited for", null);
        } else if (isAsked && message.getLong(at, ByteOrder.LITTLE_ENDIAN) == question) {
            List<ObjectId> all = new ArrayList<>();
            for (int i = 0; i < ids; ++i) {
                ObjectId id = CallRecord.id(message, idsAt + i * ObjectId.BYTES);
                all.add(i < helped ? id : calls.taskOf(id));
            }
            waits.add(
                    CallRecord.id(message, at + Long.BYTES),
                    all.subList(0, (int) helped),
                    all.subList((int) helped, all.size()),
                    message.getInt(countsAt, ByteOrder.LITTLE_ENDIAN));
        }
    }

    /** The thread of the task has said something: what it waits for has come, or is another thing from now on. */
    void hasMoved(ObjectId task) {
        waits.drop(task);
    }

    /** The client has said that nobody there goes on by himself. */
    void answered(Client from, ObjectId to) {
        ++idleTalk;
        if (to.place() == question) {
            missing.clear(from.index);
        }
    }

    /** Something was said that changes nothing. */
    void heardIdleTalk() {
        ++idleTalk;
    }

    /** How much was said that changes nothing since this was last asked, answers included: no events. */
    int takeIdleTalk() {
        int count = idleTalk;
        idleTalk = 0;
        return count;
    }

    /** What was said counts no more. */
    void forget() {
        isAsked = false;
        waits.clear();
    }
}
