package io.atoll.internal.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The directory of archives, and what is not taken from it. */
class ArchiveCacheTest {
    private static final byte[] BYTES = {1, 2, 3, 4, 5, 6, 7, 8};

    @TempDir
    Path directory;

    private Path place;

    @BeforeEach
    void make() throws IOException {
        place = directory.resolve("cache");
        ArchiveCache.make(place);
    }

    private void add(String name, String madeOf, byte[] bytes) throws IOException {
        try (ArchiveCache cache = ArchiveCache.open(place);
                FileLock lock = cache.lock()) {
            assertThat(lock).isNotNull();
            Files.write(cache.unfinished(name), bytes);
            cache.add(name, madeOf);
        }
    }

    private boolean isThere(String name, String madeOf) throws IOException {
        try (ArchiveCache cache = ArchiveCache.open(place)) {
            return cache.find(name, madeOf).isPresent();
        }
    }

    private List<String> names() throws IOException {
        try (Stream<Path> all = Files.list(place)) {
            return all.map(each -> each.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void shouldFindWhatWasAdded() throws IOException {
        add("a", "this JDK", BYTES);
        assertThat(isThere("a", "this JDK")).isTrue();
        assertThat(isThere("b", "this JDK")).isFalse();
        assertThat(names()).containsExactly("a.archive", "a.sum", "lock");
    }

    @Test
    void shouldNotFindWhatIsAnotherJdks() throws IOException {
        add("a", "another JDK", BYTES);
        assertThat(isThere("a", "this JDK")).isFalse();
        add("a", "this JDK", BYTES);
        assertThat(isThere("a", "this JDK")).isTrue();
    }

    @Test
    void shouldNotFindWhatIsCutShortOrFlippedOrHalfWritten() throws IOException {
        add("a", "this", BYTES);
        Path archive = place.resolve("a.archive");
        for (byte[] damaged : List.of(new byte[0], new byte[] {1, 2, 3, 4}, new byte[] {1, 2, 3, 4, 5, 6, 7, 9})) {
            Files.write(archive, damaged);
            assertThat(isThere("a", "this")).isFalse();
        }
        Files.write(archive, BYTES);
        assertThat(isThere("a", "this")).isTrue();
        Path sum = place.resolve("a.sum");
        String says = Files.readString(sum);
        Files.writeString(sum, says.substring(0, says.length() - 1));
        assertThat(isThere("a", "this")).isFalse();
        Files.delete(sum);
        assertThat(isThere("a", "this")).isFalse();
    }

    @Test
    void shouldFollowNoLink() throws IOException {
        add("a", "this", BYTES);
        Path archive = place.resolve("a.archive");
        Files.move(archive, directory.resolve("elsewhere"));
        Files.createSymbolicLink(archive, directory.resolve("elsewhere"));
        assertThat(isThere("a", "this")).isFalse();

        Path link = directory.resolve("link");
        Files.createSymbolicLink(link, place);
        assertThatThrownBy(() -> ArchiveCache.open(link)).isInstanceOf(IOException.class);
    }

    @Test
    void shouldNotOpenWhatOthersMayReadOrPutThere() throws IOException {
        Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwxr-x---"));
        assertThatThrownBy(() -> ArchiveCache.open(place)).hasMessageContaining("not its user's alone");
        Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwx------"));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwx---"));
        assertThatThrownBy(() -> ArchiveCache.open(place)).hasMessageContaining("in the place of");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        ArchiveCache.open(place).close();
        assertThatThrownBy(() -> ArchiveCache.open(directory.resolve("none"))).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void shouldNotOpenWhatIsAnotherUsers() throws IOException {
        assumeTrue(Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "only root gives files away");
        Files.setAttribute(place, "unix:uid", 65534);
        assertThatThrownBy(() -> ArchiveCache.open(place)).hasMessageContaining("not its user's alone");
    }

    @Test
    void shouldDeleteWhatIsLongestNotUsedAndWhatIsUnfinished() throws IOException {
        for (String name : List.of("a", "b", "c")) {
            add(name, name, BYTES);
            Files.setLastModifiedTime(place.resolve(name + ".sum"), FileTime.fromMillis(1000 * (long) name.charAt(0)));
        }
        Files.writeString(place.resolve("unfinished-d"), "half");
        Files.writeString(place.resolve("mine"), "a user's");
        assertThat(isThere("a", "a")).isTrue(); // used last, from now on
        try (ArchiveCache cache = ArchiveCache.open(place)) {
            cache.tidy(2 * BYTES.length);
        }
        assertThat(names()).containsExactly("a.archive", "a.sum", "c.archive", "c.sum", "lock", "mine");
    }

    @Test
    void shouldRememberForADayWhatCannotBeMade() throws IOException {
        try (ArchiveCache cache = ArchiveCache.open(place)) {
            cache.fail("a");
            assertThat(cache.hasFailed("a")).isTrue();
            Files.setLastModifiedTime(place.resolve("a.failed"), FileTime.fromMillis(0));
            assertThat(cache.hasFailed("a")).isFalse();
            cache.discard("b");
            assertThat(cache.hasFailed("b")).isTrue();
        }
        add("a", "this", BYTES);
        assertThat(names()).containsExactly("a.archive", "a.sum", "b.failed", "lock");
    }
}
