package io.atoll.internal.process;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Lines of a log of which the first of each kind is told at once and what follows within some seconds together, however many
 * they are. One thread at a time.
 */
public final class Repetitions {
    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** Kinds that are told apart; the others are told as one. */
    private static final int MOST_KINDS = 100;

    private final Consumer<String> log;
    private final Map<String, Kind> kinds = new HashMap<>();

    public Repetitions(Consumer<String> log) {
        this.log = log;
    }

    private static final class Kind {
        final String what;
        long toldAt = System.nanoTime();
        int more;
        String last = "";

        Kind(String what) {
            this.what = what;
        }
    }

    /** Whether there is nothing that may have to be told later. */
    public boolean isEmpty() {
        return kinds.isEmpty();
    }

    /** One line about a task: those of one name and kind are told together. */
    public void tell(String name, String kind, String text) {
        String key = name + '\n' + kind;
        Kind known = kinds.get(key);
        if (known == null && kinds.size() < MOST_KINDS) {
            kinds.put(key, new Kind("of task " + name + ", " + kind + ","));
            log.accept(text);
            return;
        }
        if (known == null) {
            known = kinds.computeIfAbsent("", all -> new Kind("of other tasks"));
        }
        ++known.more;
        known.last = text;
    }

    /** Tells what has come since the first of each kind, once its time is over. */
    public void tellMore(long now, boolean all) {
        for (Iterator<Kind> each = kinds.values().iterator(); each.hasNext(); ) {
            Kind kind = each.next();
            if (!all && now - kind.toldAt < WINDOW_NANOS) {
                continue;
            }
            if (kind.more > 0) {
                log.accept(kind.more + " more " + kind.what + " like this: " + kind.last);
            }
            if (kind.more == 0 || all) {
                each.remove();
            }
            kind.more = 0;
            kind.toldAt = now;
        }
    }
}
