package io.atoll.internal.process;

import io.atoll.AtollException;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The one directory that a driver has while it lives, for the store's socket and the native library:
 * {@code ${XDG_RUNTIME_DIR or java.io.tmpdir}/atoll-UID/PID-STARTTIME-N}, open to its user alone. Whoever sees the driver
 * die deletes it; what is left after a kill of all at once is swept by the next driver of the same user.
 */
public final class SessionDirectory {
    /** A socket's path must fit into {@code sockaddr_un}. */
    private static final int MAX_SOCKET_PATH = 107;

    private static final AtomicInteger SESSIONS = new AtomicInteger();

    private SessionDirectory() {}

    /** Makes a new one for this process, after having swept those of the dead. */
    public static Path create() {
        try {
            Path self = Path.of("/proc/self");
            Path parent = root().resolve("atoll-" + Files.getAttribute(self, "unix:uid"));
            makePrivate(parent);
            sweep(parent);
            // Without ProcessHandle, whose class takes tens of milliseconds to initialize.
            String name = Files.readSymbolicLink(self) + "-" + startTime("self") + "-" + SESSIONS.incrementAndGet();
            Path directory = parent.resolve(name);
            makePrivate(directory);
            return directory;
        } catch (IOException e) {
            throw new AtollException("no directory can be made for the store's socket: " + e, e);
        }
    }

    public static Path socketIn(Path directory) {
        return directory.resolve("store.sock");
    }

    /** The driver's codecs, by name, once there are any. */
    public static Path codecsIn(Path directory) {
        return directory.resolve("codecs");
    }

    /** Deletes it with the files in it. Nothing happens when somebody else is faster. */
    public static void delete(Path directory) {
        File[] files = directory.toFile().listFiles();
        if (files != null) {
            for (File file : files) {
                file.delete();
            }
        }
        directory.toFile().delete();
    }

    /** Deletes the directories whose driver is gone, or whose pid has been given to another process since. */
    public static void sweep(Path parent) throws IOException {
        try (DirectoryStream<Path> sessions = Files.newDirectoryStream(parent)) {
            for (Path session : sessions) {
                String[] parts = session.getFileName().toString().split("-");
                if (parts.length >= 2
                        && isNumber(parts[0])
                        && isNumber(parts[1])
                        && !parts[1].equals(startTime(parts[0]))) {
                    delete(session);
                }
            }
        }
    }

    public static Path root() {
        String runtime = System.getenv("XDG_RUNTIME_DIR");
        for (String place : new String[] {runtime, System.getProperty("java.io.tmpdir")}) {
            if (place != null
                    && !place.isEmpty()
                    && place.length() < MAX_SOCKET_PATH - 64
                    && Files.isWritable(Path.of(place))) {
                return Path.of(place);
            }
        }
        return Path.of("/tmp");
    }

    private static void makePrivate(Path directory) throws IOException {
        Set<PosixFilePermission> mine = PosixFilePermissions.fromString("rwx------");
        try {
            Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(mine));
        } catch (FileAlreadyExistsException e) {
            Object owner = Files.getAttribute(directory, "unix:uid", LinkOption.NOFOLLOW_LINKS);
            if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
                    || !owner.equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))) {
                throw new IOException(directory + " is not a directory of this user: it belongs to user " + owner);
            }
            Files.setPosixFilePermissions(directory, mine);
        }
    }

    /** When the process started, in ticks since boot; null when there is none. */
    private static String startTime(String pid) {
        try {
            String stat = Files.readString(Path.of("/proc", pid, "stat"), StandardCharsets.ISO_8859_1);
            // The name, in parentheses, may hold anything; field 3 comes after the last of them.
            return stat.substring(stat.lastIndexOf(')') + 2).split(" ")[22 - 3];
        } catch (IOException e) {
            return null;
        }
    }

    private static boolean isNumber(String text) {
        return text.matches("[0-9]+");
    }
}
