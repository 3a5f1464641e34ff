package io.atoll.internal.archive;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A user's program: prints what a task returns, and whether the worker that ran it had started with an archive. */
public final class ArchivedProgram {
    private ArchivedProgram() {}

    /** @param arguments nothing, or an archive that is to be tried by itself */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length > 0) {
            System.out.println(ArchiveMain.isTaken(Path.of(arguments[0])));
            return;
        }
        try (AtollSession session = Atoll.init(
                AtollOptions.builder().workers(1).cpus(1).storeBytes(32L << 20).build())) {
            System.out.println(
                    Atoll.task(ArchivedProgram::sum, List.of(1, 2, 3)).remote().get() + " "
                            + Atoll.task(ArchivedProgram::howStarted).remote().get());
        }
    }

    static int sum(List<Integer> numbers) {
        return numbers.stream().mapToInt(Integer::intValue).sum();
    }

    static String howStarted() throws IOException {
        return Files.readString(Path.of("/proc/self/maps")).contains(".archive") ? "with" : "without";
    }
}
