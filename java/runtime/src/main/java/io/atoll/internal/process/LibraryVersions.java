package io.atoll.internal.process;

import io.atoll.AtollException;
import java.io.File;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Libraries whose version a user's build may choose otherwise than ours does, and the least of each that works: told when a
 * node is started, and not by a NoSuchMethodError in the middle of a program. The version is read from the names of the jars,
 * since opening them takes time that every start would pay; what is inside other jars is not looked at.
 */
final class LibraryVersions {
    private static final Pattern ARROW =
            Pattern.compile("arrow-(?:vector|format|memory-core|memory-unsafe)-((\\d+)\\.[\\w.]+?)\\.jar");

    /** ci/builds runs a program with it; the one before has no ArrowRecordBatch.getVariadicBufferCounts. */
    private static final int LEAST_ARROW = 17;

    private LibraryVersions() {}

    /** @param path class path or module path of this process */
    static void check(String path) {
        for (String entry : path.split(File.pathSeparator)) {
            Matcher arrow = ARROW.matcher(new File(entry).getName());
            if (arrow.matches() && Integer.parseInt(arrow.group(2)) < LEAST_ARROW) {
                throw new AtollException("Arrow " + arrow.group(1) + " (" + entry + ") is older than Atoll can use: "
                        + LEAST_ARROW + ".0.0 is the least; import io.atoll:atoll-bom, or name a version of"
                        + " org.apache.arrow:arrow-vector yourself");
            }
        }
    }
}
