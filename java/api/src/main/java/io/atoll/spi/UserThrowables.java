package io.atoll.spi;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What throwables of users say of themselves. A class may have overridden every one of these methods with code that throws
 * whatever it likes, gives null, or gives something else each time: so they are asked here, and nowhere else. Nothing here
 * throws, and all of it ends. Any thread.
 */
public final class UserThrowables {
    /** So many causes are followed. */
    private static final int MOST_CAUSES = 10_000;

    private static final StackTraceElement[] NO_TRACE = {};

    private UserThrowables() {}

    /** As {@code toString} says; the name of the class where that fails. */
    public static String text(Throwable error) {
        String text = ask(error::toString, failure -> null);
        return text == null ? error.getClass().getName() : text;
    }

    /** Null when there is none. */
    public static @Nullable String message(Throwable error) {
        return ask(
                error::getMessage,
                failure -> "(its getMessage() threw " + failure.getClass().getName() + ")");
    }

    /** Without frames where it gives none. */
    public static StackTraceElement[] trace(Throwable error) {
        StackTraceElement[] trace = ask(error::getStackTrace, failure -> null);
        if (trace == null) {
            return NO_TRACE;
        }
        for (StackTraceElement each : trace) {
            if (each == null) {
                return NO_TRACE;
            }
        }
        return trace;
    }

    /** Null when there is none. */
    public static @Nullable Throwable cause(Throwable error) {
        return ask(error::getCause, failure -> null);
    }

    /** The error itself, its cause, and so on, each once. */
    public static List<Throwable> chain(@Nullable Throwable error) {
        List<Throwable> chain = new ArrayList<>();
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Throwable each = error; each != null && chain.size() < MOST_CAUSES && seen.add(each); each = cause(each)) {
            chain.add(each);
        }
        return chain;
    }

    private static <T> @Nullable T ask(Supplier<@Nullable T> question, Function<Throwable, @Nullable T> otherwise) {
        try {
            return question.get();
        } catch (Throwable failure) { // also what is not declared
            return otherwise.apply(failure);
        }
    }
}
