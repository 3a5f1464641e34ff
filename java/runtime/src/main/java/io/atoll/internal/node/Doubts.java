package io.atoll.internal.node;

import io.atoll.ObjectId;
import io.atoll.internal.call.Messages;
import io.atoll.scheduler.Scheduler;
import java.util.BitSet;

/**
 * Asked of the workers before a deadlock is told: whether what any thread there waits for has come. Such a thread goes on by
 * itself, when it gets a CPU; its process may be one of many, or be stopped, and then does not answer. Who has the
 * scheduler's turn.
 */
final class Doubts {
    private final Clients clients;
    private final BitSet missing = new BitSet();
    private boolean isAsked;
    private long question;
    private int answers;

    Doubts(Clients clients) {
        this.clients = clients;
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
                Client client = clients.get(word * Long.SIZE + Long.numberOfTrailingZeros(bits));
                if (!scheduler.tasksOf(client.index).isEmpty()) {
                    missing.set(client.index);
                    client.tell(Messages.CHECK, new ObjectId(0, question));
                }
            }
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

    /** Whether all have answered, and so. */
    boolean areOver() {
        return isAsked && missing.isEmpty();
    }

    /** Something has happened: what was said counts no more. */
    void forget() {
        isAsked = false;
        ++question;
    }
}
