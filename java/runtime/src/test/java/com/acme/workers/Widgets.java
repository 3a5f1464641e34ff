package com.acme.workers;

/** Classes outside Atoll's packages, which an allow-list can leave out. */
public final class Widgets {
    private Widgets() {}

    /** A value like any other. */
    public record Plain(int number) {}

    public static final class Failure extends RuntimeException {
        private static final long serialVersionUID = 1;

        public Failure(String message) {
            super(message);
        }
    }
}
