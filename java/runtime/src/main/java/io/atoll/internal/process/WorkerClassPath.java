package io.atoll.internal.process;

import io.atoll.Atoll;
import io.atoll.AtollException;
import io.atoll.internal.codecs.CodecRegistry;
import io.atoll.internal.log.Log;
import io.atoll.internal.store.NativeStore;
import io.atoll.jni.NativeLibrary;
import io.atoll.scheduler.Scheduler;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a worker needs on its class path to find all that this driver can see: that of the JVM, with the manifest-only jar
 * of Surefire unfolded, the module path, and the URLs of the class loaders under which {@code mvn exec:java} and the like
 * run a program.
 */
public final class WorkerClassPath {
    /** Their jars come first: a worker then opens no other until it runs a task. */
    private static final Class<?>[] EVERY_WORKER_NEEDS = {
        Atoll.class, Scheduler.class, NativeStore.class, NativeLibrary.class, UnsafeBuffer.class, CodecRegistry.class
    };

    private static final String REMEDY =
            "a JVM takes files and directories only. Unpack an archive that has jars inside (for"
                    + " Spring Boot: java -Djarmode=tools -jar app.jar extract), or name the jars by"
                    + " AtollOptions.Builder.workerClassPath";

    /** Each is said once. */
    private static final Set<String> UNREADABLE = ConcurrentHashMap.newKeySet();

    private WorkerClassPath() {}

    /** The class path for workers of this process; the jar of their main class comes first. */
    public static String find(Class<?> main) {
        Set<String> entries = own(main);
        addLoaders(Thread.currentThread().getContextClassLoader(), entries);
        addLoaders(WorkerClassPath.class.getClassLoader(), entries);
        addPath(System.getProperty("java.class.path"), entries);
        addPath(System.getProperty("jdk.module.path"), entries);
        return String.join(File.pathSeparator, entries);
    }

    /** With what it begins: all that Atoll itself needs for values that are plain. */
    public static Set<String> own(Class<?> main) {
        Set<String> entries = new LinkedHashSet<>();
        addSource(main, entries);
        for (Class<?> ours : EVERY_WORKER_NEEDS) {
            addSource(ours, entries);
        }
        return entries;
    }

    /** Where the class came from; nothing is added when that cannot be told. */
    private static void addSource(Class<?> type, Set<String> entries) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        if (source == null || source.getLocation() == null) {
            return;
        }
        if (fileOf(source.getLocation()) == null) {
            throw new AtollException(
                    "workers cannot read " + source.getLocation() + ", where " + type.getName() + " is: " + REMEDY);
        }
        addUrl(source.getLocation(), entries);
    }

    private static void addLoaders(ClassLoader loader, Set<String> entries) {
        for (; loader != null && loader != ClassLoader.getSystemClassLoader(); loader = loader.getParent()) {
            if (loader instanceof URLClassLoader urls) {
                for (URL url : urls.getURLs()) {
                    addUrl(url, entries);
                }
            }
        }
    }

    private static void addUrl(URL url, Set<String> entries) {
        String file = fileOf(url);
        if (file != null) {
            entries.add(file);
        } else if (UNREADABLE.add(url.toString())) {
            Log.of(WorkerClassPath.class).warn("workers cannot read {}: {}", url, REMEDY);
        }
    }

    /** The file or directory behind a URL; null when there is none. */
    private static @Nullable String fileOf(URL url) {
        String text = url.toString();
        boolean isWholeJar =
                text.startsWith("jar:file:") && text.endsWith("!/") && text.indexOf("!/") == text.length() - 2;
        try {
            if (isWholeJar) {
                return Path.of(URI.create(text.substring("jar:".length(), text.length() - 2)))
                        .toString();
            }
            return url.getProtocol().equals("file") ? Path.of(url.toURI()).toString() : null;
        } catch (URISyntaxException | IllegalArgumentException e) {
            return new File(isWholeJar ? text.substring("jar:file:".length(), text.length() - 2) : url.getPath())
                    .getAbsolutePath();
        }
    }

    /** A path whose entries mean the same wherever a process starts. */
    static String absolute(String path) {
        return Arrays.stream(path.split(File.pathSeparator))
                .map(entry -> new File(entry).getAbsolutePath())
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static void addPath(String path, Set<String> entries) {
        if (path == null) {
            return;
        }
        for (String entry : path.split(File.pathSeparator)) {
            File file = new File(entry).getAbsoluteFile();
            if (!file.getName().startsWith("surefirebooter") || !addManifestEntries(file, entries)) {
                entries.add(file.getPath());
            }
        }
    }

    /** Adds what the jar's manifest names; false when it names nothing. */
    private static boolean addManifestEntries(File jar, Set<String> entries) {
        try (JarFile opened = new JarFile(jar)) {
            Manifest manifest = opened.getManifest();
            String named =
                    manifest == null ? null : manifest.getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
            if (named == null) {
                return false;
            }
            URI base = jar.toURI();
            for (String relative : named.trim().split(" +")) {
                entries.add(Path.of(base.resolve(relative)).toString());
            }
            return true;
        } catch (IOException | IllegalArgumentException e) {
            // The JVM reads the jar by itself, if it can.
            return false;
        }
    }
}
