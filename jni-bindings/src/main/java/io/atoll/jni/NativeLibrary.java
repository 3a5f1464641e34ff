package io.atoll.jni;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.MalformedURLException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.ServiceLoader;
import java.util.Set;

/**
 * Finds and loads the native library: the file named by the system property {@code atoll.library.path}, else the one in
 * the {@code atoll-jni} artifact of this platform's classifier. Loading also opens the packages of {@code java.base}
 * that Arrow reads by reflection, so it must come before the first use of Arrow, Fory or Agrona. Any thread may call
 * anything here.
 */
public final class NativeLibrary {
    /** Path of the library file to load instead of the one on the class path. */
    public static final String PATH_PROPERTY = SystemProperty.LIBRARY_PATH.key();

    private static final int ABI_VERSION = 4;
    private static final String SLF4J_VERBOSITY = "slf4j.internal.verbosity";
    private static final String FILE_NAME = "libatoll-jni.so";
    private static final Set<String> BUILT_FOR = Set.of("linux-x86_64", "linux-arm64");

    private static volatile boolean loaded;
    private static UnsatisfiedLinkError failure; // guarded by the class

    private NativeLibrary() {}

    /** Whether the library is loaded, or could be loaded now. */
    public static boolean isAvailable() {
        return unavailabilityCause() == null;
    }

    /** Why the library cannot be used here; null when it can. */
    public static Throwable unavailabilityCause() {
        try {
            load();
            return null;
        } catch (UnsatisfiedLinkError e) {
            return e;
        }
    }

    /**
     * Loads the library unless it is loaded already.
     *
     * @throws UnsatisfiedLinkError naming platform, artifact and property; the same one on every later call
     */
    public static void load() {
        if (!loaded) {
            loadFirst(null);
        }
    }

    /** Like {@link #load()}, from a file got by {@link #extractTo}. */
    public static void load(Path file) {
        if (!loaded) {
            loadFirst(file);
        }
    }

    /**
     * The library as a file that other processes can load too, by setting {@code atoll.library.path} to it: where it
     * already is a plain file that file, else a copy made in the directory.
     *
     * @throws UnsatisfiedLinkError when there is no library for this platform
     */
    public static Path extractTo(Path directory) {
        Path file = fileInPlace();
        return file != null ? file : copyTo(directory);
    }

    /**
     * Where the library is, as a file or in a jar, for another process to take it from.
     *
     * @throws UnsatisfiedLinkError when there is no library for this platform
     */
    public static URL location() {
        Path file = fileInPlace();
        try {
            return file != null ? file.toUri().toURL() : resource();
        } catch (MalformedURLException e) {
            throw unavailable("its place is no URL: " + file, e);
        }
    }

    /** This platform's name, which is also its artifact's classifier: {@code linux-x86_64}, say. */
    public static String platform() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT).replace(' ', '-');
        String arch = System.getProperty("os.arch");
        switch (arch) {
            case "amd64":
                return os + "-x86_64";
            case "aarch64":
                return os + "-arm64";
            default:
                return os + "-" + arch;
        }
    }

    /**
     * Looks at the names of system and machine alone: what else is wrong elsewhere than on Linux says nothing of the reason.
     *
     * @throws UnsatisfiedLinkError where Atoll cannot run
     */
    public static void checkPlatform() {
        String platform = platform();
        if (!platform.startsWith("linux-")) {
            throw new UnsatisfiedLinkError("Atoll runs on Linux alone, and this is " + System.getProperty("os.name")
                    + " on "
                    + System.getProperty("os.arch") + ": programs compile here, and run in a Linux container or virtual"
                    + " machine, such as WSL 2");
        }
        if (!BUILT_FOR.contains(platform) && System.getProperty(PATH_PROPERTY) == null) {
            throw new UnsatisfiedLinkError(
                    "Atoll's native library is built for linux-x86_64 and linux-arm64, and this JVM is"
                            + " one for " + platform
                            + ": run a 64-bit JVM on one of those, or build the library and set -D"
                            + PATH_PROPERTY + "=FILE");
        }
    }

    private static synchronized void loadFirst(Path file) {
        if (loaded) {
            return;
        }
        if (failure != null) {
            throw failure;
        }
        try {
            checkPlatform();
            if (file != null) {
                link(file);
            } else {
                linkFound();
            }
            loaded = true;
        } catch (UnsatisfiedLinkError e) {
            failure = e;
            throw e;
        }
    }

    private static void linkFound() {
        Path file = fileInPlace();
        if (file != null) {
            link(file);
            return;
        }
        UnsatisfiedLinkError first = null;
        for (String place : new String[] {System.getProperty("java.io.tmpdir"), System.getenv("XDG_RUNTIME_DIR")}) {
            try {
                if (place != null && !place.isEmpty()) {
                    linkCopyIn(Path.of(place));
                    return;
                }
            } catch (UnsatisfiedLinkError e) { // of a place that is mounted noexec, say
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        throw first;
    }

    private static void linkCopyIn(Path place) {
        Path directory = null;
        try {
            directory = Files.createTempDirectory(
                    place,
                    "atoll-jni-",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            link(copyTo(directory));
        } catch (IOException e) {
            throw unavailable("no directory can be made in " + place, e);
        } finally {
            // A mapped library needs its file no more.
            if (directory != null) {
                deleteQuietly(directory.resolve(FILE_NAME));
                deleteQuietly(directory);
            }
        }
    }

    /** The library where it lies as a plain file; null when it is inside a jar. */
    private static Path fileInPlace() {
        String override = System.getProperty(PATH_PROPERTY);
        if (override != null) {
            return Path.of(override).toAbsolutePath();
        }
        URL resource = resource();
        try {
            return resource.getProtocol().equals("file") ? Path.of(resource.toURI()) : null;
        } catch (URISyntaxException e) {
            throw unavailable("its place is no file name: " + resource, e);
        }
    }

    private static Path copyTo(Path directory) {
        URL resource = resource();
        Path target = directory.resolve(FILE_NAME);
        try (InputStream in = resource.openStream();
                OutputStream out = new FileOutputStream(target.toFile())) {
            in.transferTo(out);
            return target;
        } catch (IOException e) {
            throw unavailable("it cannot be copied from " + resource + " to " + target, e);
        }
    }

    private static URL resource() {
        String name = "io/atoll/jni/" + platform() + "/" + FILE_NAME;
        ClassLoader loader = NativeLibrary.class.getClassLoader();
        URL resource = loader.getResource(name);
        if (resource != null) {
            return resource;
        }
        for (NativeArtifact each : ServiceLoader.load(NativeArtifact.class, loader)) { // of another module layer, say
            resource = each.getClass().getClassLoader().getResource(name);
            if (resource != null) {
                return resource;
            }
        }
        throw unavailable("neither the class path nor the module path holds it", null);
    }

    private static void link(Path file) {
        try {
            System.load(file.toAbsolutePath().toString());
        } catch (UnsatisfiedLinkError e) {
            throw unavailable("the system cannot load " + file, e);
        } catch (RuntimeException e) { // IllegalCallerException, of --illegal-native-access=deny
            UnsatisfiedLinkError error = new UnsatisfiedLinkError("this JVM does not let Atoll call native code ("
                    + e.getMessage() + "): run it with --enable-native-access=ALL-UNNAMED, a module application with"
                    + " --enable-native-access=io.atoll.jni");
            error.initCause(e);
            throw error;
        }
        long version = StoreNative.layout("ATOLL_ABI_VERSION");
        if (version != ABI_VERSION) {
            throw unavailable(file + " has ABI version " + version + ", these classes need " + ABI_VERSION, null);
        }
        StoreNative.openModules();
        openToArrow();
        ArrowDoors.mend();
        hideMissingLogger();
    }

    /**
     * Has SLF4J not say on stderr that it has no provider, which a program would be told because of Arrow and Fory: Atoll's
     * own warnings need none. It must come before the first logger.
     */
    public static void hideMissingLogger() {
        if (System.getProperty(SLF4J_VERBOSITY) == null) {
            System.setProperty(SLF4J_VERBOSITY, "ERROR");
        }
    }

    /** As a module, Arrow is not one of those that the unnamed opening is for. */
    private static void openToArrow() {
        ModuleLayer layer = NativeLibrary.class.getModule().getLayer();
        if (layer != null) {
            layer.findModule("org.apache.arrow.memory.core")
                    .ifPresent(arrow -> StoreNative.openPackage(Object.class.getModule(), "java.nio", arrow));
        }
    }

    /**
     * Opens the package of a user's class to a module of ours, so that a module application need not do it. Those of the
     * JDK stay as they are. Where it cannot be done, access fails afterwards, and says what is to be opened.
     */
    public static void open(Class<?> type, Module to) {
        Module module = type.getModule();
        ClassLoader loader = type.getClassLoader();
        boolean users = loader != null && loader != ClassLoader.getPlatformClassLoader();
        if (users && module.isNamed() && !module.isOpen(type.getPackageName(), to) && isAvailable()) {
            StoreNative.openPackage(module, type.getPackageName(), to);
        }
    }

    /**
     * Opens to a module of ours what the JVM shows the constants of classes by, where it can be done: for lambdas that are
     * not Serializable.
     */
    public static void openForConstants(Module to) {
        if (isAvailable()) {
            Module base = Object.class.getModule();
            StoreNative.openPackage(base, "jdk.internal.access", to);
            StoreNative.openPackage(base, "jdk.internal.reflect", to);
        }
    }

    private static UnsatisfiedLinkError unavailable(String why, Throwable cause) {
        UnsatisfiedLinkError error = new UnsatisfiedLinkError("Atoll's native library for " + platform()
                + " is not available: " + why + ". Add the artifact io.atoll:atoll-jni with classifier " + platform()
                + " to the class path (or the module path), or set -D" + PATH_PROPERTY + "=FILE"
                + (cause == null ? "" : " (" + cause.getMessage() + ")"));
        error.initCause(cause);
        return error;
    }

    private static void deleteQuietly(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            // It lies in the system's directory for temporary files: left to whoever empties that.
        }
    }
}
