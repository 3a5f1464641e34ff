package io.atoll.internal.runtime;

import io.atoll.AtollOptions;
import io.atoll.internal.log.Log;
import io.atoll.jni.SystemProperty;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What options name must be there, and properties must mean something: it is told before anything is made. */
final class OptionsCheck {
    /** Stands where the JVM could not decode a byte. */
    private static final char NOT_DECODED = '\uFFFD';

    private static final Path SELF = Path.of("/proc/self");

    private static final Set<String> TOLD = ConcurrentHashMap.newKeySet();

    private OptionsCheck() {}

    /** Throws {@link IllegalArgumentException}, naming the option and what is wrong with its value. */
    static void check(AtollOptions options) {
        if (System.getProperty("user.dir").indexOf(NOT_DECODED) >= 0) { // the JDK itself then fails, in strange places
            throw new IllegalStateException("the working directory " + System.getProperty("user.dir")
                    + " has a name that this JVM cannot read, since its locale has only the characters of "
                    + System.getProperty("sun.jnu.encoding")
                    + ": run it with LC_ALL=C.UTF-8, say, or in another directory");
        }
        options.spillDirectory().ifPresent(OptionsCheck::spillDirectory);
        options.crashDirectory().ifPresent(OptionsCheck::crashDirectory);
        for (Path each : options.workerClassPath()) {
            if (!Files.exists(each)) {
                throw new IllegalArgumentException("workerClassPath: " + each.toAbsolutePath()
                        + " does not exist: workers would look for classes there; name jars and directories that do, by"
                        + " AtollOptions.Builder.workerClassPath");
            }
        }
    }

    /** Tells of properties that were misspelt, each once a process. */
    static void checkProperties() {
        for (String each : SystemProperty.mistakes(System.getProperties().stringPropertyNames())) {
            if (TOLD.add(each)) {
                Log.of(OptionsCheck.class).warn(each);
            }
        }
    }

    private static void spillDirectory(Path directory) {
        if (Files.notExists(directory)) {
            throw spill(directory, "does not exist", null);
        }
        if (!Files.isDirectory(directory) || !Files.isWritable(directory)) {
            throw spill(directory, "is no directory that can be written to", null);
        }
        try { // Some say that they can be written to, and have no room for a directory, as /proc.
            // A name that nobody else has; the JDK's own for such take 20 ms of a fresh JVM, for their random numbers.
            String name = "atoll-try-" + Files.readSymbolicLink(SELF) + "-" + Long.toHexString(System.nanoTime());
            Files.delete(Files.createDirectory(directory.resolve(name)));
        } catch (IOException e) {
            throw spill(directory, "takes no directory (" + e + ")", e);
        }
    }

    private static void crashDirectory(Path directory) {
        if (!Files.isDirectory(directory) || !Files.isWritable(directory)) {
            throw new IllegalArgumentException("crashDirectory " + directory.toAbsolutePath()
                    + " is no directory that can be written to: the JVMs of workers that crash are to write there;"
                    + " make it, or name another by AtollOptions.Builder.crashDirectory");
        }
    }

    private static IllegalArgumentException spill(Path directory, String what, @Nullable Throwable cause) {
        return new IllegalArgumentException(
                "spillDirectory " + directory.toAbsolutePath()
                        + (directory.toString().equals(System.getProperty("java.io.tmpdir"))
                                ? ", which is java.io.tmpdir unless another is named, "
                                : " ")
                        + what
                        + ": objects that do not fit the store are to go there; make it, or name another by"
                        + " AtollOptions.Builder.spillDirectory, or none by withoutSpilling",
                cause);
    }
}
