package io.atoll.internal.graph;

import io.atoll.internal.fields.RawFields;
import io.atoll.spi.UserThrowables;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * What was null, in the messages of NullPointerExceptions: the JVM says it only when asked, and only where the error was
 * made. An error that is to be stored is made to keep it.
 */
final class NullMessages {
    private static final long MESSAGE = RawFields.offset(Throwable.class, "detailMessage");

    /** Of so many errors; some class may give another cause each time. */
    private static final int MOST = 10_000;

    private NullMessages() {}

    static void keep(Throwable error) {
        if (error instanceof NullPointerException && RawFields.get(error, MESSAGE) == null) {
            RawFields.put(error, MESSAGE, UserThrowables.message(error));
        }
    }

    /** The same for all that led to an error. */
    static void keepAll(Throwable last) {
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Throwable> left = new ArrayDeque<>(List.of(last));
        while (!left.isEmpty() && seen.size() < MOST) {
            Throwable error = left.pop();
            if (seen.add(error)) {
                keep(error);
                left.addAll(List.of(error.getSuppressed()));
                Throwable cause = UserThrowables.cause(error);
                if (cause != null) {
                    left.add(cause);
                }
            }
        }
    }
}
