package io.atoll.internal.store;

import io.atoll.GetTimeoutException;
import io.atoll.ObjectId;
import io.atoll.ObjectLostException;
import io.atoll.ObjectStoreFullException;
import io.atoll.StoreException;
import io.atoll.jni.StoreCode;
import io.atoll.jni.StoreNative;

/** The one place where a negative result of the store becomes an exception. */
final class StoreCodes {
    /** What can be done about a full store. */
    private static final String ROOM =
            "what is free may lie in pieces that are too small; close tables, tensors and refs"
                    + " that are done with, or ask for more by AtollOptions.Builder.storeBytes";

    private StoreCodes() {}

    /** As {@link #check(long, String)}, of a call that has to do with no object: what is not found is a file. */
    static long checkSystem(long result, String what) {
        if (result == -StoreCode.NOT_FOUND) {
            String said = StoreNative.lastError();
            throw new StoreException(
                    (said == null || said.isEmpty() ? what : what + ": " + said) + " (the system refused)");
        }
        return check(result, what);
    }

    /**
     * The exception for a result, with what the store had to say about it.
     *
     * @param what the operation and the values it was given: "object 3f…: get"
     */
    static RuntimeException failure(long result, String what) {
        String said = StoreNative.lastError();
        String text = said == null || said.isEmpty() ? what : what + ": " + said;
        switch ((int) -result) {
            case StoreCode.INVALID_ARGUMENT:
                return new IllegalArgumentException(text);
            case StoreCode.NOT_FOUND:
                return new ObjectLostException(text + " (no such object: freed, deleted, or never made here)");
            case StoreCode.LOST:
                return new ObjectLostException(text + " (its bytes cannot be had any more)");
            case StoreCode.ALREADY_EXISTS:
                return new StoreException(text + " (somebody is creating it, or has sealed it)");
            case StoreCode.NOT_CREATING:
                return new StoreException(text + " (this process is not creating it)");
            case StoreCode.TIMED_OUT:
                return new GetTimeoutException(text + " (time is over)");
            case StoreCode.STORE_FULL:
                return new ObjectStoreFullException(text + " (" + ROOM + ")");
            case StoreCode.TOO_MANY_OBJECTS:
                return new ObjectStoreFullException(
                        text + " (every entry is in use: close refs that are done with, or ask for"
                                + " more by AtollOptions.Builder.maxObjects)");
            case StoreCode.TOO_MANY_NAMES:
                return new StoreException(text + " (every place for a name is in use)");
            case StoreCode.TOO_MANY_CLIENTS:
                return new StoreException(text + " (every client slot is in use)");
            case StoreCode.DISCONNECTED:
                return new StoreException(text + " (the store's server has gone)");
            case StoreCode.REFUSED:
                return new StoreException(text + " (the store refused this process)");
            case StoreCode.CORRUPT:
                return new StoreException(text + " (a control word holds what no correct program writes)");
            case StoreCode.SYSTEM:
                return new StoreException(text + " (the system refused)");
            case StoreCode.OUT_OF_MEMORY:
                return new StoreException(text + " (this process could not allocate memory)");
            default:
                return new StoreException(text + " (result " + result + ")");
        }
    }

    static long check(long result, String what) {
        if (result < 0) {
            throw failure(result, what);
        }
        return result;
    }

    static long check(long result, ObjectId id, String what) {
        if (result < 0) {
            throw failure(result, id, what);
        }
        return result;
    }

    static RuntimeException failure(long result, ObjectId id, String what) {
        return failure(result, "object " + id + ": " + what);
    }
}
