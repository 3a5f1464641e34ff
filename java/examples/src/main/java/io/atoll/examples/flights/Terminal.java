package io.atoll.examples.flights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Which of this process's outputs is a terminal that a person looks at. */
final class Terminal {
    private static final int OUT = 1;
    private static final int ERR = 2;

    private Terminal() {}

    static boolean isOut() {
        return is(OUT);
    }

    static boolean isErr() {
        return is(ERR);
    }

    private static boolean is(int descriptor) {
        String term = System.getenv("TERM");
        if (term == null || term.equals("dumb")) {
            return false;
        }
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor))
                    .toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }
}
