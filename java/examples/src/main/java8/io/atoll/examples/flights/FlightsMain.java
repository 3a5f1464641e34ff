package io.atoll.examples.flights;

/**
 * The flights job's way in. Compiled for Java 8, so that an old JVM says what is wrong instead of
 * {@code UnsupportedClassVersionError}.
 */
public final class FlightsMain {
    private static final int OLDEST = 17;

    private FlightsMain() {}

    public static void main(String[] args) throws Exception {
        String complaint = complaint(System.getProperty("java.specification.version"));
        if (complaint != null) {
            System.err.println(complaint);
            System.exit(1);
        }
        Class.forName("io.atoll.examples.flights.FlightsCommand")
                .getMethod("run", String[].class)
                .invoke(null, (Object) args);
    }

    /** What to say of a JVM of this version, such as {@code 1.8} or {@code 11}; null when it is new enough. */
    static String complaint(String version) {
        String major = version.startsWith("1.") ? version.substring(2) : version;
        return Integer.parseInt(major) >= OLDEST
                ? null
                : "flights: this is Java " + major + " in " + System.getProperty("java.home") + "; Java " + OLDEST
                        + " or later is needed";
    }
}
