package io.atoll.internal.process;

import io.atoll.jni.SystemProperty;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Where the JVMs of workers write of their crashes. In the session's directory what they write is read, and deleted; in one
 * that the user names it stays. Any thread.
 *
 * @param directory an existing one
 * @param isKept whether it is the user's
 */
public record CrashFiles(Path directory, boolean isKept) {
    private static final String FLAG = "-XX:ErrorFile=";
    /** Before it a JVM has written all that is told of it. */
    private static final int MOST_BYTES = 64 * 1024;

    /** @param users all that may hold flags of the user's */
    List<String> flags(Collection<String> users) {
        if (users.stream().anyMatch(each -> each.contains(FLAG))) {
            return List.of(); // His own place.
        }
        String name = directory.toAbsolutePath().toString().replace("%", "%%");
        String file = FLAG + name + "/" + nameOf("%p");
        return isKept ? List.of(file, "-D" + SystemProperty.WORKER_CORES.key() + "=true") : List.of(file);
    }

    /** What a worker that has ended has written there; empty when it has written nothing. */
    Optional<CrashReport> take(long pid) {
        Path file = directory.resolve(nameOf(Long.toString(pid)));
        try {
            if (Files.notExists(file)) {
                return Optional.empty();
            }
            try (var in = Files.newInputStream(file)) {
                return CrashReport.of(new String(in.readNBytes(MOST_BYTES), StandardCharsets.UTF_8));
            } finally {
                if (!isKept) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException e) {
            return Optional.empty(); // What it has printed tells as much.
        }
    }

    private static String nameOf(String pid) {
        return "hs_err_pid" + pid + ".log";
    }
}
