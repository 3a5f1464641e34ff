package io.atoll.examples.flights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How far the job is, on standard error when that is a terminal; nothing at all elsewhere. */
final class ProgressBar implements AutoCloseable {
    private static final int WIDTH = 40;

    private final boolean shown = isTerminal();
    private final String what;

    ProgressBar(String what) {
        this.what = what;
        show(0, 1);
    }

    void show(long done, long total) {
        if (shown) {
            int filled = (int) (WIDTH * done / total);
            System.err.print(
                    "\r" + what + " [" + "#".repeat(filled) + " ".repeat(WIDTH - filled) + "] " + done + "/" + total);
            System.err.flush();
        }
    }

    /** Wipes it away: what stays on the screen is the result. */
    @Override
    public void close() {
        if (shown) {
            System.err.print("\r\033[K");
            System.err.flush();
        }
    }

    private static boolean isTerminal() {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }
}
