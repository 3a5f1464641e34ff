package io.atoll.internal.compute;

import io.atoll.jni.NativeArtifact;
import io.atoll.jni.NativeLibrary;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds and loads Arrow C++ and the glue over it: where they lie as plain files, else from the jar of this platform's
 * classifier, unpacked below the directory that JavaCPP unpacks into, which in a worker is the session's: once a node, by
 * whoever comes first. Without such a directory, into one for temporary files, which is gone once they are loaded.
 */
public final class ArrowLibrary {
    private static final String CACHE = "org.bytedeco.javacpp.cachedir";
    private static final String GLUE = "libatoll-arrow.so";
    /** Lists the files with their hashes. */
    private static final String LIST = "libraries";
    /** The classifiers that there are. */
    private static final Set<String> BUILT_FOR = Set.of("linux-x86_64");

    private static volatile boolean loaded;
    private static @Nullable UnsatisfiedLinkError failure; // guarded by the class

    private ArrowLibrary() {}

    /** Why there is no Arrow C++ for this platform; null when there is. Loads nothing. */
    public static @Nullable String unavailabilityCause() {
        return list() != null ? null : missing();
    }

    private static String missing() {
        String platform = NativeLibrary.platform();
        if (!BUILT_FOR.contains(platform)) {
            return "Arrow C++ is there for " + String.join(", ", BUILT_FOR) + " only so far, and this JVM is one for "
                    + platform + ": run the workers of programs that use it on such a machine";
        }
        return "Arrow C++ is not on the class path (nor the module path): add the artifact io.atoll:atoll-arrow with"
                + " classifier " + platform;
    }

    /**
     * Loads it unless it is loaded already.
     *
     * @throws UnsatisfiedLinkError when it is not there, or the system cannot load it; the same one on every later call
     */
    static void load() {
        if (!loaded) {
            loadFirst();
        }
    }

    private static synchronized void loadFirst() {
        if (failure != null) {
            throw failure;
        }
        try {
            if (!loaded) {
                find();
                loaded = true;
            }
        } catch (UnsatisfiedLinkError e) {
            failure = e;
            throw e;
        }
    }

    private static void find() {
        URL list = list();
        if (list == null) {
            throw new UnsatisfiedLinkError(missing());
        }
        try {
            if (list.getProtocol().equals("file")) {
                link(Path.of(list.toURI()).resolveSibling(GLUE));
            } else if (System.getProperty(CACHE) != null) {
                link(unpackOnce(list, Path.of(System.getProperty(CACHE))).resolve(GLUE));
            } else {
                loadFromTemporary(list);
            }
        } catch (IOException | URISyntaxException e) {
            UnsatisfiedLinkError error =
                    new UnsatisfiedLinkError("Arrow C++ cannot be unpacked from " + list + ": " + e);
            error.initCause(e);
            throw error;
        }
    }

    private static void loadFromTemporary(URL list) throws IOException {
        Path directory = Files.createTempDirectory(
                "atoll-arrow-", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        try {
            unpack(list, directory);
            link(directory.resolve(GLUE));
        } finally {
            delete(directory); // mapped libraries need their files no more
        }
    }

    private static void link(Path glue) {
        try {
            System.load(glue.toAbsolutePath().toString());
        } catch (UnsatisfiedLinkError e) {
            String why = String.valueOf(e.getMessage());
            String hint = why.contains("libstdc++")
                    ? "; it needs the system's C++ library, of GCC 7 or later (Debian: libstdc++6)"
                    : "";
            UnsatisfiedLinkError error = new UnsatisfiedLinkError("the system cannot load " + glue + ": " + why + hint);
            error.initCause(e);
            throw error;
        } catch (RuntimeException e) { // IllegalCallerException, of --illegal-native-access=deny
            UnsatisfiedLinkError error = new UnsatisfiedLinkError("this JVM does not let Atoll call native code ("
                    + e.getMessage() + "): run it with --enable-native-access=ALL-UNNAMED, a module application with"
                    + " --enable-native-access=io.atoll.jni,io.atoll.arrow");
            error.initCause(e);
            throw error;
        }
    }

    // ---- unpacking

    /** The directory that has the files, whoever has unpacked them. Its name is made of what they are. */
    static Path unpackOnce(URL list, Path cache) throws IOException {
        Path directory =
                cache.resolve("atoll-arrow-" + Integer.toHexString(names(list).hashCode()));
        Path glue = directory.resolve(GLUE);
        if (Files.exists(glue)) {
            return directory;
        }
        Files.createDirectories(cache);
        Path lock = cache.resolve(directory.getFileName() + ".lock");
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock held = channel.lock()) {
            if (held.isValid() && Files.notExists(glue)) {
                Path unfinished = cache.resolve(directory.getFileName() + ".unfinished");
                delete(unfinished); // of somebody who was killed
                Files.createDirectory(unfinished);
                unpack(list, unfinished);
                Files.move(unfinished, directory, StandardCopyOption.ATOMIC_MOVE);
            }
        }
        return directory;
    }

    private static void unpack(URL list, Path directory) throws IOException {
        for (String name : names(list).keySet()) {
            try (InputStream in = new URL(list, name).openStream()) {
                Files.copy(in, directory.resolve(name));
            }
        }
    }

    private static Map<String, String> names(URL list) throws IOException {
        Map<String, String> hashes = new LinkedHashMap<>();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(list.openStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] words = line.trim().split(" +");
                hashes.put(words[1], words[0]);
            }
        }
        return hashes;
    }

    private static void delete(Path directory) throws IOException {
        if (Files.notExists(directory)) {
            return;
        }
        try (var files = Files.list(directory)) {
            files.forEach(ArrowLibrary::deleteFile);
        }
        deleteFile(directory);
    }

    private static void deleteFile(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static @Nullable URL list() {
        String name = "io/atoll/arrow/" + NativeLibrary.platform() + "/" + LIST;
        ClassLoader loader = ArrowLibrary.class.getClassLoader();
        URL resource = loader == null ? ClassLoader.getSystemResource(name) : loader.getResource(name);
        if (resource != null) {
            return resource;
        }
        for (NativeArtifact each : ServiceLoader.load(NativeArtifact.class, loader)) { // of another module layer, say
            ClassLoader its = each.getClass().getClassLoader();
            resource = its == null ? null : its.getResource(name);
            if (resource != null) {
                return resource;
            }
        }
        return null;
    }
}
