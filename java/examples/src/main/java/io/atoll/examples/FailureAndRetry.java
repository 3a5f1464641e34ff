package io.atoll.examples;

import io.atoll.Atoll;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.Outcome;
import io.atoll.TaskException;
import io.atoll.WorkerDiedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What becomes of tasks that throw, and of workers that die. */
public final class FailureAndRetry {
    private FailureAndRetry() {}

    static int parse(String text) {
        return Integer.parseInt(text);
    }

    /** Kills its worker the first time, as a native library with a fault would. */
    static String fragile(String marker) throws IOException {
        Path seen = Path.of(marker);
        if (Files.notExists(seen)) {
            Files.createFile(seen);
            Runtime.getRuntime().halt(139);
        }
        return "done by attempt 2";
    }

    static String deadly() {
        Runtime.getRuntime().halt(9);
        return "never";
    }

    public static void main(String[] args) throws IOException {
        Path marker = Files.createTempDirectory("retry").resolve("seen");
        try (AtollSession session = Atoll.init()) {
            // What a task throws is its result: it is not run again, and comes out of get as the cause.
            try {
                Atoll.task(FailureAndRetry::parse, "twelve").remote().get();
            } catch (TaskException e) {
                System.out.println(e.taskName() + " threw " + e.getCause());
            }
            // A task whose worker died is run again, by default up to three times.
            System.out.println(Atoll.task(FailureAndRetry::fragile, marker.toString())
                    .remote()
                    .get());
            // What may not run twice says so; and outcome() needs no try.
            ObjectRef<String> once =
                    Atoll.task(FailureAndRetry::deadly).retries(0).remote();
            if (once.outcome() instanceof Outcome.Failure<String> failure
                    && failure.exception() instanceof WorkerDiedException died) {
                System.out.println(died.taskName() + ": its worker ended with " + died.ending());
            }
            // And the node goes on.
            System.out.println(Atoll.task(FailureAndRetry::parse, "12").remote().get());
        } finally {
            Files.deleteIfExists(marker);
            Files.delete(marker.getParent());
        }
    }
}
