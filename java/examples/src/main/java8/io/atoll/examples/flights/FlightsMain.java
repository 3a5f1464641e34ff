package io.atoll.examples.flights;

/**
 * The flights job's way in. Compiled for Java 8, so that an old JVM says what is wrong instead of
 * {@code UnsupportedClassVersionError}.
 */
public final class FlightsMain {
    private static final int OLDEST = 17;

    private FlightsMain() {}

    public static void main(String[] args) throws Exception {
        String version = System.getProperty("java.specification.version");
        int major = version.startsWith("1.") ? Integer.parseInt(version.substring(2)) : Integer.parseInt(version);
        if (major < OLDEST) {
            System.err.println("flights: this is Java " + major + " (" + System.getProperty("java.home")
                    + "); Atoll needs Java " + OLDEST + " or later");
            System.exit(1);
        }
        Class.forName("io.atoll.examples.flights.FlightsCommand")
                .getMethod("run", String[].class)
                .invoke(null, (Object) args);
    }
}
