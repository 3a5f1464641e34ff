package io.atoll.internal.process;

import java.net.URL;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The archive of a Spring Boot application, which has its jars inside. A JVM cannot read those; the archive's launcher can,
 * and one of its launchers runs any class: workers are started by that.
 */
final class BootArchive {
    /** Since Spring Boot 3.2, and before. */
    private static final List<String> LAUNCHERS = List.of(
            "org.springframework.boot.loader.launch.PropertiesLauncher",
            "org.springframework.boot.loader.PropertiesLauncher");

    private BootArchive() {}

    /** Whether the class is in a jar in such an archive. */
    static boolean holds(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        URL place = source == null ? null : source.getLocation();
        return place != null
                && (place.getProtocol().equals("nested")
                        || place.toString().startsWith("jar:nested:")
                        || (place.toString().startsWith("jar:file:")
                                && place.toString().contains("!/BOOT-INF/")))
                && launcher().isPresent();
    }

    /**
     * REQUIRES: it {@link #holds} the class.
     *
     * @param more of the class path
     */
    static void addTo(List<String> command, Class<?> main, List<Path> more) {
        command.add("-Dloader.main=" + main.getName());
        if (!more.isEmpty()) {
            command.add("-Dloader.path="
                    + more.stream()
                            .map(each -> each.toAbsolutePath().toString())
                            .collect(Collectors.joining(",")));
        }
        command.add("-cp");
        command.add(WorkerClassPath.absolute(System.getProperty("java.class.path")));
        command.add(launcher().orElseThrow());
    }

    /** The name of the launcher that the archive has; empty when it has none. */
    private static Optional<String> launcher() {
        ClassLoader system = ClassLoader.getSystemClassLoader();
        return LAUNCHERS.stream()
                .filter(each -> system.getResource(each.replace('.', '/') + ".class") != null)
                .findFirst();
    }
}
