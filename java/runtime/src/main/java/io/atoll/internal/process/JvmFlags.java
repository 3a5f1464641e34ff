package io.atoll.internal.process;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The JVM flags that Atoll chooses for workers where the user has not, and only those that the JVM knows: so a flag that it
 * does not know is the user's, and the JVM says so instead of ignoring it.
 */
final class JvmFlags {
    /** A JVM with two of them does not start. */
    private static final Pattern COLLECTOR = Pattern.compile("(^|\\s)-XX:\\+Use\\w*GC(\\s|$)");

    private static final int SAYS_UNSAFE_IS_USED = 23;

    private JvmFlags() {}

    /**
     * @param release of Java that workers run, as of this process
     * @param users all that may hold flags of the user's: arguments, and values of the variables that JVMs read
     */
    static List<String> chosen(int release, Collection<String> users) {
        List<String> flags = new ArrayList<>();
        if (release >= SAYS_UNSAFE_IS_USED) {
            flags.add("--sun-misc-unsafe-memory-access=allow");
        }
        if (users.stream().noneMatch(each -> COLLECTOR.matcher(each).find())) {
            // One worker has one CPU's worth of tasks; collecting with more threads than that takes them from the
            // others.
            flags.add("-XX:+UseSerialGC");
        }
        flags.add("-XX:-UsePerfData");
        // A JVM without heap does nothing right any more, our own code in it included: it ends, and its tasks go
        // elsewhere.
        flags.add("-XX:+ExitOnOutOfMemoryError");
        return flags;
    }
}
