package io.atoll.jni;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * All system properties of Atoll, in one place: what has another name is a mistake, and is told. {@code docs/options.md} has
 * the same table, and a test compares them.
 */
public enum SystemProperty {
    LIBRARY_PATH("atoll.library.path", "the file of the native library, instead of the one in the jar"),
    ALLOWED_CLASSES(
            "atoll.allowed.classes",
            "classes that stored bytes may name: names and `com.acme.*`, divided by commas; without it every class of"
                    + " the class path"),
    LEAK_DETECTION(
            "atoll.leak.detection", "`true`: views say where they were made when the collector finds them unclosed"),
    CHECK_ROWS(
            "atoll.arrow.check.rows",
            "`true`: every row of an Arrow table is checked when it is read, not its structure alone"),
    CLASS_CACHE(
            "atoll.class.cache",
            "the directory where archives of Atoll's classes are kept, with which workers start faster; `none`: there is"
                    + " none, and none is made"),
    WORKER_FLAGS("atoll.worker.flags", "words for the command line of workers' JVMs, behind all others"),
    WORKER_JAVA("atoll.worker.java", "the program that runs workers, instead of the one that runs the driver"),
    /** Set by the driver for its workers. */
    WORKER_CORES("atoll.worker.cores", ""),
    /** Read by Atoll's own tests. */
    NEWEST_JAVA("atoll.newest.java", "");

    private static final String PREFIX = "atoll.";
    /** Those of tests, which are no mistakes. */
    private static final String OF_TESTS = "atoll.test.";
    /** A name with so many other letters may have been meant for one of these. */
    private static final int NEAR = 3;

    private final String key;
    private final String meaning;

    SystemProperty(String key, String meaning) {
        this.key = key;
        this.meaning = meaning;
    }

    /** Its name. */
    public String key() {
        return key;
    }

    /** What documents say of it; empty when it is not for users. */
    public String meaning() {
        return meaning;
    }

    /** Its value now; null when it is not set. */
    public String value() {
        return System.getProperty(key);
    }

    /** Whether its value is "true". */
    public boolean isTrue() {
        return Boolean.getBoolean(key);
    }

    /**
     * What is wrong with the names of a process's properties.
     *
     * @param names of all that are set
     * @return a sentence for each that looks like one of Atoll's and is none, with those that it may have been meant for
     */
    public static List<String> mistakes(Set<String> names) {
        List<String> mistakes = new ArrayList<>();
        for (String name : new TreeSet<>(names)) {
            String lower = name.toLowerCase(Locale.ROOT);
            if (!lower.startsWith("at") || lower.startsWith(OF_TESTS) || isKnown(name)) {
                continue;
            }
            List<String> near = near(lower);
            if (!near.isEmpty()) {
                mistakes.add("the system property " + name + " is none of Atoll's and does nothing; is it to be "
                        + String.join(" or ", near) + "?");
            } else if (lower.startsWith(PREFIX)) {
                mistakes.add("the system property " + name + " is none of Atoll's and does nothing; there are "
                        + String.join(", ", forUsers()));
            }
        }
        return mistakes;
    }

    private static boolean isKnown(String name) {
        for (SystemProperty each : values()) {
            if (each.key.equals(name)) {
                return true;
            }
        }
        return false;
    }

    private static List<String> forUsers() {
        List<String> keys = new ArrayList<>();
        for (SystemProperty each : values()) {
            if (!each.meaning.isEmpty()) {
                keys.add(each.key);
            }
        }
        return keys;
    }

    /** Those that are nearest, if they are near. */
    private static List<String> near(String name) {
        int least = NEAR;
        List<String> nearest = new ArrayList<>();
        for (String each : forUsers()) {
            int distance = distance(name, each);
            if (distance < least) {
                least = distance;
                nearest.clear();
            }
            if (distance == least) {
                nearest.add(each);
            }
        }
        return nearest;
    }

    /** Levenshtein's: letters to be put in, left out or changed, to make one of the other. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j < row.length; ++j) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); ++i) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; ++j) {
                int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
