package io.atoll.internal.process;

import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Lines that several workers print alike: the first is told at once, the others' all together after {@value
 * #WINDOW_SECONDS} seconds. What one worker prints again and again is told each time. Any thread.
 */
final class Repeats {
    private static final long WINDOW_SECONDS = 5;

    /** By their text, the oldest first. */
    private final Map<String, Told> recent = new LinkedHashMap<>(); // guarded by this

    private @Nullable Thread thread; // guarded by this: there while something is to be told

    private static final class Told {
        final long worker;
        final long at = System.nanoTime();
        final Set<Long> others = new HashSet<>();
        int more;
        Consumer<String> how = behind -> {}; // while there is nothing to tell

        Told(long worker) {
            this.worker = worker;
        }

        boolean isOver() {
            return System.nanoTime() - at > TimeUnit.SECONDS.toNanos(WINDOW_SECONDS);
        }
    }

    /**
     * Whether the line is not to be told now, since another worker's was.
     *
     * @param how tells it later, with what is said behind it
     */
    synchronized boolean fold(String line, long worker, Consumer<String> how) {
        tell(false);
        if (line.isBlank()) {
            return false;
        }
        Told told = recent.computeIfAbsent(line, text -> new Told(worker));
        if (told.worker == worker) {
            return false;
        }
        told.others.add(worker);
        ++told.more;
        told.how = how;
        if (thread == null) {
            Thread fresh = new Thread(null, this::tellLater, "atoll-repeats", 256 * 1024, false);
            fresh.setDaemon(true);
            fresh.start(); // Else the next line tries again.
            thread = fresh;
        }
        return true;
    }

    /** Tells what is left. */
    synchronized void tellAll() {
        tell(true);
        notifyAll();
    }

    private void tell(boolean all) {
        for (Iterator<Told> left = recent.values().iterator(); left.hasNext(); ) {
            Told next = left.next();
            if (!all && !next.isOver()) {
                return;
            }
            left.remove();
            if (next.more > 0) {
                next.how.accept(" [printed " + next.more + (next.more == 1 ? " time" : " times") + " more, by "
                        + next.others.size() + (next.others.size() == 1 ? " other worker]" : " other workers]"));
            }
        }
    }

    private synchronized void tellLater() {
        try {
            while (recent.values().stream().anyMatch(each -> each.more > 0)) {
                TimeUnit.SECONDS.timedWait(this, 1);
                tell(false);
            }
        } catch (InterruptedException e) {
            // Nobody has a reason to.
        } finally {
            thread = null;
        }
    }
}
