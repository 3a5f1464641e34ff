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
import org.agrona.DirectBuffer;

/**
 * Asked of the workers before a deadlock is told: what each thread there waits for, and whether that has come. Such a thread
 * goes on by itself, when it gets a CPU; its process may be one of many, or be stopped, and then does not answer. Who has the
 * scheduler's turn.
 */
final class Doubts {
    private final Clients clients;
    private final UnfinishedCalls calls;
    private final BitSet missing = new BitSet();
    private final Waits waits = new Waits();
    private boolean isAsked;
    private long question;
    private int answers;

    Doubts(Clients clients, UnfinishedCalls calls) {
        this.clients = clients;
        this.calls = calls;
    }

    /** Asks all that have tasks, once. */
    void ask(Scheduler scheduler) {
        if (isAsked) {
            return;
        }
        isAsked = true;
        ++question;
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
        ++answers;
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

    /** The client has said that nobody there goes on by himself. */
    void answered(Client from, ObjectId to) {
        ++answers;
        if (to.place() == question) {
            missing.clear(from.index);
        }
    }

    /** How many answers there were since this was last asked: they are no events. */
    int takeAnswers() {
        int count = answers;
        answers = 0;
        return count;
    }

    /** What those have said who have answered. */
    Waits waits() {
        return waits;
    }

    /** Whether all have answered, and so. */
    boolean areOver() {
        return isAsked && missing.isEmpty();
    }

    /** Something has happened: what was said counts no more. */
    void forget() {
        isAsked = false;
        waits.clear();
        ++question;
    }
}
