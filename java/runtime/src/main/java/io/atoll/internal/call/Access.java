package io.atoll.internal.call;

import io.atoll.jni.NativeLibrary;

/** How this module gets at a user's functions, and what to say where it does not. */
final class Access {
    private static final Module OURS = Access.class.getModule();

    private Access() {}

    /** Opens the package of a class to us where that can be done, and has us read its module. */
    static void open(Class<?> type) {
        NativeLibrary.open(type, OURS);
        OURS.addReads(type.getModule());
    }

    /** The flag that opens the package of a class to us. */
    static String flag(Class<?> type) {
        return "--add-opens " + type.getModule().getName() + "/" + type.getPackageName() + "="
                + (OURS.isNamed() ? OURS.getName() : "ALL-UNNAMED");
    }
}
