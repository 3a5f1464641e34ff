package io.atoll.internal.plain;

/** Thrown when a value, or a part of it, is of no simple shape, so that the whole of it is a graph. */
final class NotPlain extends RuntimeException {
    static final NotPlain INSTANCE = new NotPlain();

    private static final long serialVersionUID = 1;

    private NotPlain() {
        super("of no simple shape", null, false, false);
    }
}
