package io.atoll.internal.process;

import io.atoll.AtollException;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ResolvedModule;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Libraries whose version a user's build may choose otherwise than ours does, and the least of each that works: told when a
 * node is started, and not by a NoSuchMethodError in the middle of a program. The version is read from the names of the jars,
 * since opening them takes time that every start would pay; of jars inside others a Spring Boot archive's are looked at. Where
 * no name says it, as of a shaded or a renamed jar, what Maven has left in the jar does.
 */
final class LibraryVersions {
    private static final Pattern ARROW = Pattern.compile(
            "arrow-(?:vector|format|memory-core|memory-unsafe)-(?<version>(?<major>\\d+)\\.[\\w.]+?)\\.jar");

    private static final String PROPERTIES = "META-INF/maven/org.apache.arrow/arrow-vector/pom.properties";
    private static final Pattern VERSION = Pattern.compile("(?m)^version=(?<version>(?<major>\\d+)\\..*)$");

    /** A class of each of those. */
    private static final List<String> OF_ARROW = List.of(
            "vector/FieldVector", "flatbuf/Message", "memory/BufferAllocator", "memory/unsafe/UnsafeAllocationManager");

    /** ci/builds runs a program with it. */
    private static final int LEAST_ARROW = 17;

    /** A class, and its method that the version before the least has not. */
    private static final String NEW_IN = "org.apache.arrow.vector.ipc.message.ArrowRecordBatch";

    private static final String NEW = "getVariadicBufferCounts";

    private LibraryVersions() {}

    /**
     * @param path class path of this process
     * @param loader by which it finds classes
     */
    static void check(String path, ClassLoader loader) {
        boolean named = false;
        for (String entry : path.split(File.pathSeparator)) {
            named |= checkJar(entry);
        }
        if (!named) {
            checkProperties(loader);
        }
    }

    /**
     * @param modules those that this process has resolved, wherever their jars lie
     * @param loader by which it finds classes
     */
    static void check(ModuleLayer modules, ClassLoader loader) {
        boolean named = false;
        for (ResolvedModule each : modules.configuration().modules()) {
            Optional<URI> place = each.reference().location();
            named |= place.isPresent() && checkJar(place.get().toString());
        }
        if (!named) {
            checkProperties(loader);
        }
    }

    /** Where the jars are that a loader has found Arrow in, whatever kind of places that are. */
    static void check(ClassLoader loader) {
        boolean named = false;
        for (String each : OF_ARROW) {
            URL resource = loader.getResource("org/apache/arrow/" + each + ".class");
            named |= resource != null && checkJar(resource.toString().replaceFirst("!/org/.*", ""));
        }
        if (!named) {
            checkProperties(loader);
        }
    }

    /** Whether its name says a version of Arrow's. */
    private static boolean checkJar(String place) {
        Matcher arrow = ARROW.matcher(place.substring(place.lastIndexOf('/') + 1));
        if (!arrow.matches()) {
            return false;
        }
        if (isTooOld(arrow)) {
            throw tooOld(arrow, place);
        }
        return true;
    }

    /** A jar that others have made may hold properties of one Arrow and classes of another: those are looked at before it is refused. */
    private static void checkProperties(ClassLoader loader) {
        try (InputStream properties = loader.getResourceAsStream(PROPERTIES)) {
            if (properties == null) {
                return;
            }
            Matcher arrow = VERSION.matcher(new String(properties.readAllBytes(), StandardCharsets.ISO_8859_1));
            if (arrow.find() && isTooOld(arrow) && !hasWhatIsNew(loader)) {
                throw tooOld(arrow, (loader.getResource(PROPERTIES) + "").replaceFirst("!/META-INF/.*", ""));
            }
        } catch (IOException e) {
            // It does not say.
        }
    }

    private static boolean hasWhatIsNew(ClassLoader loader) {
        try {
            Class.forName(NEW_IN, false, loader).getMethod(NEW);
            return true;
        } catch (ReflectiveOperationException | LinkageError e) {
            return false;
        }
    }

    private static boolean isTooOld(Matcher arrow) {
        return Integer.parseInt(arrow.group("major")) < LEAST_ARROW;
    }

    private static AtollException tooOld(Matcher arrow, String place) {
        return new AtollException("Arrow " + arrow.group("version") + " (" + place + ") is older than Atoll can use: "
                + LEAST_ARROW + ".0.0 is the least; import io.atoll:atoll-bom, or name a version of"
                + " org.apache.arrow:arrow-vector yourself");
    }
}
