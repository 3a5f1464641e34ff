package io.atoll.internal.archive;

import io.atoll.jni.SystemProperty;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.SeekableByteChannel;
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
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The directory where archives lie, open to its user alone, and each with a file beside it that says what it was made of, how
 * long it is and its checksum: written last, so that an archive without one is none. Files are reached below an open
 * descriptor of the directory, whose owner and mode have been looked at, and no link is followed. Any thread.
 */
final class ArchiveCache implements AutoCloseable {
    /** So many bytes of archives are kept; the one longest not used goes first. */
    static final long MOST_BYTES = 100L << 20;
    /** An archive takes at most a quarter of it, and what it is made from as much. */
    private static final long LEAST_FREE = 64L << 20;

    /** The value of the property with which there is no cache. */
    private static final String NONE = "none";

    private static final String ARCHIVE = ".archive";
    private static final String SUM = ".sum";
    private static final String FAILED = ".failed";
    private static final String UNFINISHED = "unfinished-";
    private static final Path LOCK = Path.of("lock");
    private static final Path SELF = Path.of("/proc/self");
    /** What could not be made is not tried again for so long. */
    private static final Duration PATIENCE = Duration.ofDays(1);

    private static final Set<PosixFilePermission> OWNERS = PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> OTHERS_WRITE =
            Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

    private final Path path;
    private final SecureDirectoryStream<Path> directory;

    private ArchiveCache(Path path, SecureDirectoryStream<Path> directory) {
        this.path = path;
        this.directory = directory;
    }

    /** Where it is or would be; empty when there is to be none. */
    static Optional<Path> place() {
        String chosen = SystemProperty.CLASS_CACHE.value();
        try {
            if (chosen != null) {
                return chosen.equals(NONE)
                        ? Optional.empty()
                        : Optional.of(Path.of(chosen).toAbsolutePath());
            }
            String caches = System.getenv("XDG_CACHE_HOME");
            if (caches != null && Path.of(caches).isAbsolute()) {
                return Optional.of(Path.of(caches, "atoll"));
            }
            Path home = Path.of(System.getProperty("user.home", ""));
            return home.isAbsolute() ? Optional.of(home.resolve(".cache/atoll")) : Optional.empty();
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    /**
     * Opens it.
     *
     * @throws NoSuchFileException when there is none yet
     * @throws IOException when somebody else could write to it, or put another one in its place
     */
    @SuppressWarnings("StreamResourceLeak") // closed with this
    static ArchiveCache open(Path path) throws IOException {
        DirectoryStream<Path> above = Files.newDirectoryStream(path.getParent());
        if (!(above instanceof SecureDirectoryStream<Path> parent)) {
            above.close();
            throw new IOException(path + " cannot be reached below a descriptor");
        }
        try (parent) {
            PosixFileAttributes its = attributes(parent);
            if (!isOwn(its) && !isRoots(its) || its.permissions().stream().anyMatch(OTHERS_WRITE::contains)) {
                throw new IOException("another user may put something in the place of " + path + ": "
                        + path.getParent() + " belongs to " + its.owner() + ", "
                        + PosixFilePermissions.toString(its.permissions()));
            }
            SecureDirectoryStream<Path> directory =
                    parent.newDirectoryStream(path.getFileName(), LinkOption.NOFOLLOW_LINKS);
            PosixFileAttributes own = attributes(directory);
            if (!isOwn(own) || !own.permissions().equals(OWNERS)) {
                directory.close();
                throw new IOException(path + " is not its user's alone: it belongs to " + own.owner() + ", "
                        + PosixFilePermissions.toString(own.permissions()));
            }
            return new ArchiveCache(path, directory);
        }
    }

    /** Makes it, and the directory that it is in, unless they are there. */
    static void make(Path path) throws IOException {
        for (Path each : List.of(path.getParent(), path)) {
            try {
                Files.createDirectory(each, PosixFilePermissions.asFileAttribute(OWNERS));
            } catch (FileAlreadyExistsException e) {
                // It is looked at when it is opened.
            }
        }
    }

    private static PosixFileAttributes attributes(SecureDirectoryStream<Path> of) throws IOException {
        return of.getFileAttributeView(PosixFileAttributeView.class).readAttributes();
    }

    private static boolean isOwn(PosixFileAttributes file) throws IOException {
        return file.owner().equals(Files.getOwner(SELF));
    }

    private static boolean isRoots(PosixFileAttributes file) throws IOException {
        return file.owner().equals(Files.getOwner(Path.of("/proc")));
    }

    /** The archive of that name, if it is there, whole, and made of just that. From now on it is the one used last. */
    Optional<Path> find(String name, String madeOf) {
        try {
            String sum = read(Path.of(name + SUM));
            try (SeekableByteChannel archive = channel(Path.of(name + ARCHIVE), Set.of(StandardOpenOption.READ))) {
                if (!sum.equals(sum(madeOf, archive))) {
                    return Optional.empty();
                }
            }
            view(Path.of(name + SUM)).setTimes(FileTime.from(Instant.now()), null, null);
            return Optional.of(path.resolve(name + ARCHIVE));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Whether one could not be made not long ago. */
    boolean hasFailed(String name) throws IOException {
        try {
            FileTime failed = view(Path.of(name + FAILED)).readAttributes().lastModifiedTime();
            return failed.toInstant().plus(PATIENCE).isAfter(Instant.now());
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** Whether the disk has room for one. */
    boolean hasRoom() throws IOException {
        return Files.getFileStore(path).getUsableSpace() >= LEAST_FREE;
    }

    /** The right to write here, which one process has at a time; null when another has it. */
    @Nullable
    FileLock lock() throws IOException {
        FileChannel file = (FileChannel) channel(LOCK, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE));
        FileLock lock = file.tryLock();
        if (lock == null) {
            file.close();
        }
        return lock;
    }

    /** Where to make an archive. Whoever has the lock. */
    Path unfinished(String name) {
        return path.resolve(UNFINISHED + name);
    }

    /** Puts in place what has been made there, once it is on the disk. Whoever has the lock. */
    void add(String name, String madeOf) throws IOException {
        Path made = Path.of(UNFINISHED + name);
        String sum;
        // For reading: a JVM writes its archive so that its user, too, may only read it.
        try (FileChannel archive = (FileChannel) channel(made, Set.of(StandardOpenOption.READ))) {
            sum = sum(madeOf, archive);
            archive.force(true);
        }
        Path says = Path.of(UNFINISHED + name + SUM);
        try (FileChannel file = (FileChannel) channel(
                says,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE))) {
            ByteBuffer bytes = ByteBuffer.wrap(sum.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
            file.force(true);
        }
        delete(Path.of(name + SUM)); // of another archive, whose place this takes
        directory.move(made, directory, Path.of(name + ARCHIVE));
        directory.move(says, directory, Path.of(name + SUM));
        delete(Path.of(name + FAILED));
        try (FileChannel all = FileChannel.open(path, StandardOpenOption.READ)) {
            all.force(true);
        }
    }

    /** It cannot be made here and now. Whoever has the lock. */
    void fail(String name) throws IOException {
        channel(
                        Path.of(name + FAILED),
                        Set.of(
                                StandardOpenOption.CREATE,
                                StandardOpenOption.TRUNCATE_EXISTING,
                                StandardOpenOption.WRITE))
                .close();
    }

    /** Takes away an archive that is of no use. It is not made again soon. */
    void discard(String name) throws IOException {
        fail(name);
        delete(Path.of(name + SUM));
        delete(Path.of(name + ARCHIVE));
    }

    /** Deletes what was left unfinished, and archives beyond the most bytes, those longest not used first. Whoever has the lock. */
    void tidy(long mostBytes) throws IOException {
        record Archive(String name, long bytes, FileTime used) {}
        List<Path> names = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(path)) {
            all.forEach(each -> names.add(each.getFileName()));
        }
        List<Archive> archives = new ArrayList<>();
        for (Path each : names) {
            String text = each.toString();
            if (text.startsWith(UNFINISHED)) {
                delete(each);
            } else if (text.endsWith(ARCHIVE)) {
                String name = text.substring(0, text.length() - ARCHIVE.length());
                try {
                    archives.add(new Archive(name, view(each).readAttributes().size(), used(name)));
                } catch (NoSuchFileException e) {
                    // Its user has deleted it.
                }
            }
        }
        archives.sort(Comparator.comparing(Archive::used).reversed());
        long bytes = 0;
        for (Archive each : archives) {
            bytes += each.bytes();
            if (bytes > mostBytes) {
                delete(Path.of(each.name() + SUM));
                delete(Path.of(each.name() + ARCHIVE));
            }
        }
    }

    private FileTime used(String name) throws IOException {
        try {
            return view(Path.of(name + SUM)).readAttributes().lastModifiedTime();
        } catch (NoSuchFileException e) {
            return FileTime.fromMillis(0);
        }
    }

    private void delete(Path name) throws IOException {
        try {
            directory.deleteFile(name);
        } catch (NoSuchFileException e) {
            // It is not there.
        }
    }

    private BasicFileAttributeView view(Path name) {
        return directory.getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    }

    private SeekableByteChannel channel(Path name, Set<? extends OpenOption> options) throws IOException {
        Set<OpenOption> all = new HashSet<>(options);
        all.add(LinkOption.NOFOLLOW_LINKS);
        return directory.newByteChannel(
                name, all, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }

    private String read(Path name) throws IOException {
        try (SeekableByteChannel file = channel(name, Set.of(StandardOpenOption.READ))) {
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(file.size(), 1 << 20));
            while (bytes.hasRemaining() && file.read(bytes) >= 0) {
                // more
            }
            return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
        }
    }

    /** What an archive's file says of it. */
    private static String sum(String madeOf, SeekableByteChannel archive) throws IOException {
        CRC32C checksum = new CRC32C();
        ByteBuffer bytes = ByteBuffer.allocateDirect(1 << 18);
        long length = 0;
        while (archive.read(bytes.clear()) >= 0) {
            length += bytes.flip().remaining();
            checksum.update(bytes);
        }
        return length + " bytes, CRC-32C " + Long.toHexString(checksum.getValue()) + "\n" + madeOf;
    }

    @Override
    public void close() {
        try {
            directory.close();
        } catch (IOException e) {
            // Nothing was written by it.
        }
    }
}
