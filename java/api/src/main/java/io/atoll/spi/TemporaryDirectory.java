package io.atoll.spi;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Where this process's temporary files go. */
public final class TemporaryDirectory {
    private TemporaryDirectory() {}

    /** Throws {@link IllegalStateException} when the locale has no characters for its name. */
    public static Path path() {
        String place = System.getProperty("java.io.tmpdir");
        try {
            return Path.of(place);
        } catch (InvalidPathException e) {
            throw new IllegalStateException(
                    "the directory for temporary files, java.io.tmpdir=" + place
                            + ", has a name that this JVM cannot express, since its locale has only the characters of "
                            + System.getProperty("sun.jnu.encoding")
                            + ": run it with LC_ALL=C.UTF-8, say, or with another -Djava.io.tmpdir",
                    e);
        }
    }
}
