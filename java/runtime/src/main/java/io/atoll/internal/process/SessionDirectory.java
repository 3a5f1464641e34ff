package io.atoll.internal.process;

import io.atoll.AtollException;
import io.atoll.internal.log.Log;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The one directory that a driver has while it lives, for the store's socket, the native library, what JavaCPP unpacks for
 * the workers and what these write of their crashes: {@code PLACE/atoll-UID/PID-STARTTIME-N}, open to its user alone, where PLACE is XDG_RUNTIME_DIR or the directory for temporary
 * files, whichever can be used. The driver holds a lock on a file in it: nobody else deletes it while that is held, whatever
 * the pid in its name means to them, as in another PID namespace. Whoever sees the driver die deletes it; what is left after
 * a kill of all at once is swept by the next driver of the same user. What is swept is reached below open descriptors, no
 * link is followed, and it is this user's.
 */
public final class SessionDirectory {
    /** A socket's path must fit into {@code sockaddr_un}. */
    private static final int MAX_SOCKET_PATH = 107;
    /** Of what follows the place in a socket's path. */
    private static final int MAX_BELOW = 64;

    private static final int MOST_NAMES = 10;
    private static final String LOCK = "lock";
    private static final Path SELF = Path.of("/proc/self");

    private static final AtomicInteger SESSIONS = new AtomicInteger();
    /** Those of this process. A lock goes when any channel to its file is closed: nothing else opens these files here. */
    private static final Map<Path, FileChannel> LOCKED = new ConcurrentHashMap<>();

    private SessionDirectory() {}

    /** Makes a new one for this process, after having swept those of the dead. */
    public static Path create() {
        try {
            Path parent = parent();
            sweep(parent);
            Path directory;
            do {
                directory = parent.resolve(ownPrefix() + SESSIONS.incrementAndGet());
            } while (!make(directory) || !lock(directory)); // A process of another PID namespace may have that name.
            return directory;
        } catch (IOException e) {
            throw new AtollException("no directory can be made for the session: " + e.getMessage(), e);
        }
    }

    /** The lock has its name once it is held: who sweeps takes one that nobody holds for a dead driver's. False when it was swept. */
    private static boolean lock(Path directory) throws IOException {
        Path made = directory.resolve(LOCK + ".new");
        try {
            FileChannel lock = FileChannel.open(
                    made, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), mode("rw-------"));
            LOCKED.put(directory, lock);
            lock.lock();
            Files.move(made, directory.resolve(LOCK), StandardCopyOption.ATOMIC_MOVE);
            return true;
        } catch (NoSuchFileException e) {
            FileChannel lock = LOCKED.remove(directory);
            if (lock != null) {
                lock.close();
            }
            return false;
        }
    }

    public static Path socketIn(Path directory) {
        return directory.resolve("store.sock");
    }

    /** The driver's codecs, by name, once there are any. */
    public static Path codecsIn(Path directory) {
        return directory.resolve("codecs");
    }

    /** That in which a session's directory lies, beside others of the same user. */
    public static Path above(Path directory) {
        return Objects.requireNonNull(directory.getParent(), "the root is no directory of a session");
    }

    /** Those that this process has now. */
    public static Set<Path> own() {
        return Set.copyOf(LOCKED.keySet());
    }

    /** Deletes that of this process with the files in it. Nothing happens when it is gone. */
    public static void delete(Path directory) {
        try (SecureDirectoryStream<Path> parent = open(above(directory))) {
            empty(parent, directory.getFileName());
        } catch (IOException e) {
            // Somebody was faster.
        }
        FileChannel lock = LOCKED.remove(directory);
        if (lock != null) {
            try {
                lock.close();
            } catch (IOException e) {
                // It is deleted.
            }
        }
    }

    /** Deletes what a dead driver's store has spilled, if it is this user's. */
    public static void deleteSpilled(Path above, long store) {
        Path name = Path.of(String.format("atoll-spill-%016x", store));
        try (SecureDirectoryStream<Path> parent = open(above)) {
            try (SecureDirectoryStream<Path> spilled = parent.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
                if (!isOwn(spilled)) {
                    return;
                }
            }
            empty(parent, name);
        } catch (IOException e) {
            // Somebody was faster, or the next store with this directory sweeps it.
        }
    }

    /** Deletes it if its driver is dead. False when that lives. */
    public static boolean deleteIfDead(Path directory) {
        try (SecureDirectoryStream<Path> parent = open(above(directory))) {
            return deleteIfDead(parent, directory.getFileName());
        } catch (IOException e) {
            return Files.notExists(directory);
        }
    }

    /** Deletes the directories whose driver is gone. */
    public static void sweep(Path parent) throws IOException {
        List<Path> names = new ArrayList<>();
        try (SecureDirectoryStream<Path> sessions = open(parent)) {
            for (Path session : sessions) {
                names.add(session.getFileName());
            }
        }
        String own = ownPrefix();
        try (SecureDirectoryStream<Path> sessions = open(parent)) {
            for (Path name : names) {
                if (name.toString().matches("[0-9]+-[0-9]+-[0-9]+")
                        && !name.toString().startsWith(own)) {
                    try {
                        deleteIfDead(sessions, name);
                    } catch (IOException e) {
                        Log.of(SessionDirectory.class)
                                .warn("{} in {} is left as it is: {}", name, parent, e.toString());
                    }
                }
            }
        }
    }

    private static boolean deleteIfDead(SecureDirectoryStream<Path> parent, Path name) throws IOException {
        try (SecureDirectoryStream<Path> session = parent.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
            if (!isOwn(session)) {
                return false;
            }
            Set<OpenOption> all = Set.of(StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
            try (FileChannel file = (FileChannel) session.newByteChannel(Path.of(LOCK), all);
                    FileLock lock = file.tryLock()) {
                if (lock == null) {
                    return false;
                }
                empty(parent, name);
                return true;
            } catch (NoSuchFileException e) {
                // Killed before it had locked it.
                String[] parts = name.toString().split("-");
                if (parts[1].equals(startTime(parts[0]))) {
                    return false;
                }
                empty(parent, name);
                return true;
            }
        } catch (NoSuchFileException e) {
            return true;
        }
    }

    /** With all below it: libraries that JavaCPP has unpacked for workers lie in directories. No link is followed. */
    private static void empty(SecureDirectoryStream<Path> parent, Path name) throws IOException {
        try (SecureDirectoryStream<Path> directory = parent.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
            for (Path each : directory) {
                Path file = each.getFileName();
                try {
                    if (isDirectory(directory, file)) {
                        empty(directory, file);
                    } else {
                        directory.deleteFile(file);
                    }
                } catch (NoSuchFileException e) {
                    // Somebody else is at it.
                }
            }
        }
        parent.deleteDirectory(name);
    }

    private static boolean isDirectory(SecureDirectoryStream<Path> in, Path name) throws IOException {
        return in.getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .readAttributes()
                .isDirectory();
    }

    @SuppressWarnings("StreamResourceLeak") // the caller closes it
    private static SecureDirectoryStream<Path> open(Path directory) throws IOException {
        DirectoryStream<Path> stream = Files.newDirectoryStream(directory);
        if (stream instanceof SecureDirectoryStream<Path> secure) {
            return secure;
        }
        stream.close();
        throw new IOException(directory + " cannot be read below a descriptor");
    }

    private static boolean isOwn(SecureDirectoryStream<Path> session) throws IOException {
        return session.getFileAttributeView(PosixFileAttributeView.class)
                .readAttributes()
                .owner()
                .equals(Files.getOwner(SELF));
    }

    /** Where this user's sessions are, made if it is not there: the first place that can be used, others said to be passed by. */
    static Path parent() throws IOException {
        Set<String> places = new LinkedHashSet<>();
        for (String place :
                new String[] {System.getenv("XDG_RUNTIME_DIR"), System.getProperty("java.io.tmpdir"), "/tmp"}) {
            if (place != null && !place.isEmpty()) {
                places.add(place);
            }
        }
        List<String> passedBy = new ArrayList<>();
        IOException last = null;
        for (String each : places) {
            try {
                Path place = Path.of(each);
                String why = Places.whyNot(place, MAX_SOCKET_PATH - MAX_BELOW);
                if (why == null) {
                    Path parent = parentIn(place);
                    passedBy.forEach(one -> Log.of(SessionDirectory.class).warn("passed by for a session: {}", one));
                    return parent;
                }
                passedBy.add(place + " " + why);
            } catch (InvalidPathException e) { // as of a locale that lacks its characters
                passedBy.add(each + ": " + e.getReason() + "; LC_ALL=C.UTF-8 may help");
            } catch (IOException e) {
                passedBy.add(each + ": " + e);
                last = e;
            }
        }
        throw new IOException(
                String.join("; ", passedBy)
                        + ": set XDG_RUNTIME_DIR or -Djava.io.tmpdir to a directory that this user may"
                        + " write to, and load libraries from",
                last);
    }

    /** Another user may have taken the name: then it is another one. */
    static Path parentIn(Path place) throws IOException {
        String first = "atoll-" + Files.getAttribute(SELF, "unix:uid");
        for (int i = 0; ; ++i) {
            Path parent = place.resolve(i == 0 ? first : first + "-" + i);
            try {
                makePrivate(parent);
                return parent;
            } catch (IOException e) {
                if (i == MOST_NAMES) {
                    throw e;
                }
                Log.of(SessionDirectory.class).warn("{}; another name is tried", e.getMessage());
            }
        }
    }

    private static Set<PosixFilePermission> permissions(String text) {
        return PosixFilePermissions.fromString(text);
    }

    private static FileAttribute<Set<PosixFilePermission>> mode(String text) {
        return PosixFilePermissions.asFileAttribute(permissions(text));
    }

    /** False when there is something of that name. */
    private static boolean make(Path directory) throws IOException {
        try {
            Files.createDirectory(directory, mode("rwx------"));
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        }
    }

    private static void makePrivate(Path directory) throws IOException {
        if (make(directory)) {
            return;
        }
        Object owner = Files.getAttribute(directory, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
                || !owner.equals(Files.getAttribute(SELF, "unix:uid"))) {
            throw new IOException(directory + " is not a directory of this user: it belongs to user " + owner);
        }
        Files.setPosixFilePermissions(directory, permissions("rwx------"));
    }

    /** With which the names of all sessions of this process begin. Without ProcessHandle, whose class takes long to start. */
    private static String ownPrefix() throws IOException {
        return Files.readSymbolicLink(SELF) + "-" + startTime("self") + "-";
    }

    /** When the process started, in ticks since boot; null when there is none. */
    private static @Nullable String startTime(String pid) {
        try {
            String stat = Files.readString(Path.of("/proc", pid, "stat"), StandardCharsets.ISO_8859_1);
            // The name, in parentheses, may hold anything; field 3 comes after the last of them.
            return stat.substring(stat.lastIndexOf(')') + 2).split(" ")[22 - 3];
        } catch (IOException e) {
            return null;
        }
    }
}
