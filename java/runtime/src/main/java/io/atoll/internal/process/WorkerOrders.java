package io.atoll.internal.process;

import io.atoll.scheduler.WorkerKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a worker is told on its command line.
 *
 * @param socket of the store, in the session's directory; the worker has inherited a connection to it
 * @param library the native library's file
 * @param driver the driver's client index
 * @param putTimeout how long a put waits for room
 * @param spill in which directory the store has its own for what does not fit
 * @param gpus the numbers of those that it sees
 */
public record WorkerOrders(
        Path socket, Path library, int driver, Duration putTimeout, Optional<Path> spill, List<Integer> gpus) {
    /** Comes over standard input when the driver closes; the end of input without it is the driver's death. */
    public static final int END = '.';

    /** The session's directory. */
    public Path session() {
        return Objects.requireNonNull(socket.getParent(), "a socket that is in no directory");
    }

    /** Those of any worker. */
    public WorkerOrders(Path socket, Path library, int driver, Duration putTimeout, Optional<Path> spill) {
        this(socket, library, driver, putTimeout, spill, List.of());
    }

    WorkerOrders of(WorkerKind kind) {
        return new WorkerOrders(socket, library, driver, putTimeout, spill, kind.gpus());
    }

    List<String> arguments() {
        return List.of(
                socket.toString(),
                library.toString(),
                Integer.toString(driver),
                putTimeout.toString(),
                spill.map(Path::toString).orElse(""),
                gpus.stream().map(number -> Integer.toString(number)).collect(Collectors.joining(",")));
    }

    public static WorkerOrders parse(String[] arguments) {
        return new WorkerOrders(
                Path.of(arguments[0]),
                Path.of(arguments[1]),
                Integer.parseInt(arguments[2]),
                Duration.parse(arguments[3]),
                arguments[4].isEmpty() ? Optional.empty() : Optional.of(Path.of(arguments[4])),
                Stream.of(arguments[5].split(","))
                        .filter(number -> !number.isEmpty())
                        .map(Integer::valueOf)
                        .toList());
    }
}
