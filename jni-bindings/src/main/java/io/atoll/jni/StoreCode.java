package io.atoll.jni;

/** {@code atoll_code} of {@code atoll/c.h}: a failing call returns the negative of one of these. */
public final class StoreCode {
    public static final int OK = 0;
    public static final int INVALID_ARGUMENT = 1;
    public static final int NOT_FOUND = 2;
    public static final int ALREADY_EXISTS = 3;
    public static final int NOT_CREATING = 4;
    public static final int TIMED_OUT = 5;
    public static final int STORE_FULL = 6;
    public static final int TOO_MANY_OBJECTS = 7;
    public static final int TOO_MANY_CLIENTS = 8;
    public static final int DISCONNECTED = 9;
    public static final int REFUSED = 10;
    public static final int CORRUPT = 11;
    public static final int LOST = 12;
    public static final int SYSTEM = 13;
    public static final int OUT_OF_MEMORY = 14;
    public static final int TOO_MANY_NAMES = 15;

    private StoreCode() {}
}
