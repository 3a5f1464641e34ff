package io.atoll.internal.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether a session can be in a directory: a socket, and a library that processes map to execute it. */
final class Places {
    private Places() {}

    /** Null when it can; else why not. */
    static @Nullable String whyNot(Path place, int longest) {
        if (place.toString().length() >= longest) {
            return "is too long for the path of a socket";
        }
        if (!Files.isDirectory(place) || !Files.isWritable(place)) {
            return "is no directory that can be written to";
        }
        try {
            String options = mountOptions(
                    place.toRealPath(), Files.readAllLines(Path.of("/proc/self/mounts"), StandardCharsets.ISO_8859_1));
            List<String> all = Arrays.asList(options.split(","));
            return all.contains("noexec") ? "is mounted noexec" : all.contains("ro") ? "is mounted read-only" : null;
        } catch (IOException e) {
            return null; // Nobody knows.
        }
    }

    /** Of what a path is on, of the lines of /proc/mounts. */
    static String mountOptions(Path real, List<String> mounts) {
        String options = "";
        int longest = 0;
        for (String line : mounts) {
            String[] fields = line.split(" ");
            if (fields.length > 3) {
                Path at = Path.of(fields[1].replace("\\040", " "));
                if (real.startsWith(at) && at.toString().length() >= longest) { // the last of those at one place counts
                    longest = at.toString().length();
                    options = fields[3];
                }
            }
        }
        return options;
    }
}
