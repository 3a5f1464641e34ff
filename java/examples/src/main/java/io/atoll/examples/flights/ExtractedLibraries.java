package io.atoll.examples.flights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Some jars unpack their native library into a temporary file that stays when the process is killed. Once loaded, the
 * file's name is of no use: without it, nothing is left behind however the process ends.
 */
public final class ExtractedLibraries {
    private ExtractedLibraries() {}

    /** Deletes the file of a library that this process has loaded from its temporary directory, if there is one. */
    public static void delete(String namePrefix) {
        Path directory = Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath();
        try {
            for (String mapping : Files.readAllLines(Path.of("/proc/self/maps"))) {
                int start = mapping.indexOf('/');
                if (start >= 0) {
                    Path file = Path.of(mapping.substring(start));
                    if (directory.equals(file.getParent())
                            && file.getFileName().toString().startsWith(namePrefix)) {
                        Files.deleteIfExists(file);
                    }
                }
            }
        } catch (IOException e) {
            // Then it goes when the process ends in its own time.
        }
    }
}
