package io.atoll.table;

import io.atoll.ObjectRef;
import io.atoll.jni.NativeLibrary;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import org.apache.arrow.c.ArrowArrayStream;
import org.apache.arrow.c.Data;
import org.apache.arrow.c.jni.JniLoader;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;

/**
 * Tables to and from native code in this process, by the Arrow C data interface. It needs the artifact {@code
 * org.apache.arrow:arrow-c-data}, of the version of the other Arrow artifacts. Any thread may call any method.
 *
 * <p>What {@code org.apache.arrow.c.Data} exports of a stored table, batch or vector is not copied either, and stays
 * pinned until the consumer has released it. Call {@link #load} before the first use of {@code Data}.
 *
 * @since 0.1
 */
public final class CData {
    private static final String NAME = "arrow_cdata_jni";
    private static final String PATH_PROPERTY = "arrow.cdata.library.path";

    private static boolean loaded; // guarded by the class

    private CData() {}

    /**
     * Loads Arrow's native library from a file that is gone afterwards: by itself Arrow leaves it in the directory for
     * temporary files when the process is killed. Does nothing the second time.
     *
     * @throws IllegalStateException when arrow-c-data is not on the class path
     * @throws UnsatisfiedLinkError when it has no library for this platform
     */
    public static synchronized void load() {
        if (loaded) {
            return;
        }
        NativeLibrary.isAvailable(); // opens java.nio to Arrow
        try {
            if (System.getProperty(PATH_PROPERTY) != null) {
                JniLoader.get().ensureLoaded();
            } else {
                loadExtracted(JniLoader.class.getClassLoader());
            }
        } catch (NoClassDefFoundError e) {
            throw new IllegalStateException(
                    "the C data interface needs org.apache.arrow:arrow-c-data on the class path, of the version of"
                            + " arrow-vector",
                    e);
        }
        loaded = true;
    }

    /**
     * Exports a table as a stream of its batches, without a copy: what the consumer gets lies where the table lies, in
     * the store when it was read from there. The table may be closed at once. It stays pinned until the consumer has
     * released the stream and every array taken from it.
     *
     * @param stream empty, as {@code ArrowArrayStream.allocateNew} or native code makes it
     */
    public static void exportTo(Table table, ArrowArrayStream stream) {
        load();
        TableReader reader = new TableReader(table);
        try {
            Data.exportArrayStream(reader.allocator(), reader, stream);
        } catch (RuntimeException e) {
            reader.close(true);
            throw e;
        }
    }

    /**
     * All batches of a stream that native code exported. They lie in its memory: putting the table copies them once, into
     * the store. Closing the table releases them; the stream itself is released when this returns, also by an exception.
     *
     * @param allocator accounts for the little that Arrow makes besides, and outlives the table
     * @throws IOException what the producer says
     */
    public static Table importFrom(ArrowArrayStream stream, BufferAllocator allocator) throws IOException {
        load();
        try (ArrowReader reader = Data.importArrayStream(allocator, stream)) {
            return Table.readAll(reader);
        }
    }

    /**
     * Stores all batches of a stream that native code exported as one table, batch by batch, with the one copy that brings
     * them into the store. The stream is released when this returns, also by an exception.
     *
     * @param allocator accounts for the little that Arrow makes besides
     * @throws IOException what the producer says; nothing stays in the store then
     */
    public static ObjectRef<Table> put(ArrowArrayStream stream, BufferAllocator allocator) throws IOException {
        load();
        try (ArrowReader reader = Data.importArrayStream(allocator, stream)) {
            return Table.put(reader);
        }
    }

    /** Arrow takes the library from a directory that a property names. */
    private static void loadExtracted(ClassLoader arrow) {
        String file = System.mapLibraryName(NAME);
        String resource = NAME + "/" + architecture() + "/" + file;
        Path directory = null;
        try (InputStream in = arrow.getResourceAsStream(resource)) {
            if (in == null) {
                throw new UnsatisfiedLinkError("arrow-c-data has no " + resource + ": set -D" + PATH_PROPERTY
                        + "=DIRECTORY to where " + file + " lies");
            }
            directory = Files.createTempDirectory(
                    "atoll-cdata-", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Files.copy(in, directory.resolve(file));
            System.setProperty(PATH_PROPERTY, directory.toString());
            JniLoader.get().ensureLoaded();
        } catch (IOException e) {
            UnsatisfiedLinkError error =
                    new UnsatisfiedLinkError(resource + " cannot be copied to " + System.getProperty("java.io.tmpdir"));
            error.initCause(e);
            throw error;
        } finally {
            System.clearProperty(PATH_PROPERTY);
            if (directory != null) {
                deleteQuietly(directory.resolve(file)); // a mapped library needs its file no more
                deleteQuietly(directory);
            }
        }
    }

    private static String architecture() {
        String name = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        return name.equals("amd64") ? "x86_64" : name.equals("aarch64") ? "aarch_64" : name;
    }

    private static void deleteQuietly(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            // It lies in the system's directory for temporary files: left to whoever empties that.
        }
    }
}
