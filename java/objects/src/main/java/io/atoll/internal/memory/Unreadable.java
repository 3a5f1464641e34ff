package io.atoll.internal.memory;

import io.atoll.spi.UserThrowables;
import java.security.CodeSource;
import java.util.Objects;

/**
 * Thrown where a value that was stored well cannot be read here: what it needs is missing or another. Not where its bytes
 * make no sense.
 */
public final class Unreadable extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** The streams of hooks are to users' code what the JDK's are. */
    private static final String STREAMS = "io.atoll.internal.hooks.";

    public Unreadable(String why) {
        super(why);
    }

    public Unreadable(String why, Throwable cause) {
        super(why, cause);
    }

    /** What is missing here, or which code of the user's has thrown what; null when the bytes may be to blame. */
    static String reason(Throwable failure) {
        String reason = null;
        for (Throwable each : UserThrowables.chain(failure)) {
            if (each instanceof ClassNotFoundException) {
                return "class " + UserThrowables.message(each) + " is not on the class path here."
                        + " Workers have the jars and directories of AtollOptions.Builder.workerClassPath beside the"
                        + " driver's; what an object was made of when it was put has to be there when it is read";
            } else if (reason == null) {
                reason = own(each);
            }
        }
        return reason;
    }

    private static String own(Throwable failure) {
        if (failure instanceof Unreadable) {
            return failure.getMessage();
        }
        StackTraceElement frame = called(failure);
        if (frame != null) {
            return frame.getClassName() + "." + frame.getMethodName() + " threw " + UserThrowables.text(failure);
        }
        return failure instanceof LinkageError ? UserThrowables.text(failure) : null;
    }

    /** The user's method that we, or the JDK for us, have called when it was thrown; null when no code of his was. */
    private static StackTraceElement called(Throwable failure) {
        StackTraceElement called = null;
        for (StackTraceElement frame : UserThrowables.trace(failure)) {
            String name = frame.getClassName();
            if (!isOfJdk(name) && !name.startsWith(STREAMS)) {
                if (isOurs(name)) {
                    break;
                }
                called = frame;
            }
        }
        return called;
    }

    private static boolean isOfJdk(String name) {
        return name.startsWith("java.") || name.startsWith("jdk.") || name.startsWith("sun.");
    }

    /** Also of Fory, and of the code that it makes, which lies in its users' packages. */
    private static boolean isOurs(String name) {
        if (name.startsWith("org.apache.fory.") || name.contains("ForyCodec") || name.contains("ForyRefCodec")) {
            return true;
        }
        try {
            Class<?> type = Class.forName(name, false, Unreadable.class.getClassLoader());
            return name.startsWith("io.atoll.") && Objects.equals(source(type), source(Unreadable.class));
        } catch (ClassNotFoundException | LinkageError e) {
            return false; // of another loader
        }
    }

    private static Object source(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        return source == null ? type.getModule() : source.getLocation();
    }
}
