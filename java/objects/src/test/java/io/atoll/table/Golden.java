package io.atoll.table;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The files of the Arrow project's arrow-testing repository: in the folder that {@code ATOLL_GOLDEN} names, else in
 * {@code shared/golden} beside the checkout. Tests that need them are skipped where they are not.
 */
final class Golden {
    private static final Path FOLDER = Path.of(Objects.requireNonNullElse(
            System.getenv("ATOLL_GOLDEN"),
            Path.of("..", "..", "..", "shared", "golden")
                    .toAbsolutePath()
                    .normalize()
                    .toString()));

    private Golden() {}

    /** Of all folders below one, with that ending; in their order. */
    static List<Path> files(String folder, String ending) throws IOException {
        Path top = FOLDER.resolve(folder);
        assumeTrue(
                Files.isDirectory(top),
                () -> "no files of arrow-testing at " + top + " (ATOLL_GOLDEN names their folder)");
        try (Stream<Path> all = Files.walk(top)) {
            return all.filter(Files::isRegularFile)
                    .filter(file -> file.toString().endsWith(ending))
                    .sorted()
                    .toList();
        }
    }
}
