package io.atoll.internal.runtime;

import io.atoll.spi.UserThrowables;

/**
 * Takes what threads throw that nobody catches while this JVM ends because it was told to (SIGINT, SIGTERM, System.exit): a
 * thread that waits for a task then finds its session closed, which is no failure to be reported. All else is reported as
 * without this.
 */
final class QuietEnd implements Thread.UncaughtExceptionHandler {
    private static final String CLOSED = "the session is closed";

    private QuietEnd() {}

    /** A program's own handler stays. */
    static void install() {
        if (Thread.getDefaultUncaughtExceptionHandler() == null) {
            Thread.setDefaultUncaughtExceptionHandler(new QuietEnd());
        }
    }

    @Override
    public void uncaughtException(Thread thread, Throwable thrown) {
        if (!isOfClosedSession(thrown)) {
            System.err.print("Exception in thread \"" + thread.getName() + "\" ");
            thrown.printStackTrace();
        }
    }

    static boolean isOfClosedSession(Throwable thrown) {
        for (Throwable each : UserThrowables.chain(thrown)) {
            if (each instanceof IllegalStateException
                    && each.getMessage() != null
                    && each.getMessage().startsWith(CLOSED)) {
                return true;
            }
        }
        return false;
    }
}
