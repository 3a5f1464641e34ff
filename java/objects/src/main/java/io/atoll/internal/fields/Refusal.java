package io.atoll.internal.fields;

import io.atoll.AtollSession;
import io.atoll.spi.UserThrowables;
import io.atoll.tensor.WritableTensor;
import java.io.Serializable;
import java.nio.Buffer;
import java.nio.charset.Charset;
import java.util.Iterator;

/**
 * What cannot be stored by its class: what stands for something of this process (threads, sockets, streams, class
 * loaders) and, generally, a class that is or extends one of the JDK's which the JDK itself does not let be serialized.
 */
public final class Refusal {
    private static final String REMEDY =
            ". Make the field transient, store what it is made from, or register a codec for" + " it (Codecs.register)";

    private Refusal() {}

    /** Why objects of a class cannot be stored, and what to do; null when they can as far as the class tells. */
    public static String of(Class<?> type) {
        if (type.isPrimitive() || type.isArray() || type.isInterface() || type.isEnum()) {
            return null;
        }
        if (type.isHidden() && type.getName().contains("$$Lambda") && !Serializable.class.isAssignableFrom(type)) {
            return "a lambda of an interface that is not Serializable. Cast it to one that is, as in"
                    + " (Supplier<String> & Serializable) () -> name";
        }
        if (WritableTensor.class.isAssignableFrom(type)) {
            return "it is still being written; seal it, and pass its ref";
        }
        if (type == AtollSession.class) {
            return "it is the driver's hold on its node, which tasks have by themselves: they call Atoll's methods";
        }
        for (Class<?> each = type; each != null && each != Object.class; each = each.getSuperclass()) {
            String name = each.getName();
            if (name.equals("org.apache.arrow.vector.ipc.ArrowReader")) {
                return "its batches are still to be read; Table.put(reader) stores them, and gives a ref to their table";
            }
            if (name.startsWith("org.apache.arrow.memory.") || name.equals("org.bytedeco.javacpp.Pointer")) {
                return "it stands for memory of this process" + REMEDY;
            }
            if (isOfJdk(each)) {
                if (Serializable.class.isAssignableFrom(each) || isHarmless(each)) {
                    return null; // it sees to what it extends itself
                }
                return (each == type ? "the JDK does not let it be serialized" : "it extends " + each.getName())
                        + REMEDY;
            }
        }
        return null;
    }

    private static boolean isOfJdk(Class<?> type) {
        ClassLoader loader = type.getClassLoader();
        return loader == null || loader == ClassLoader.getPlatformClassLoader();
    }

    /** Without state that would be lost, or known to Fory. */
    private static boolean isHarmless(Class<?> type) {
        String name = type.getName();
        return type == Record.class
                || name.startsWith("java.util.Abstract")
                || name.startsWith("java.util.Optional")
                || (name.startsWith("java.util.ImmutableCollections") && !Iterator.class.isAssignableFrom(type))
                || name.startsWith("java.util.ArrayList$SubList")
                || name.startsWith("java.util.AbstractList$")
                || Buffer.class.isAssignableFrom(type)
                || name.startsWith("sun.nio.fs.")
                || Charset.class.isAssignableFrom(type);
    }

    /** Thrown by a serializer for what the caller did wrong, whatever could be stored. */
    public static final class Misuse extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final IllegalStateException what;

        public Misuse(IllegalStateException what) {
            super(what.getMessage(), what);
            this.what = what;
        }

        /** Throws what the caller is to see if that is why something failed. */
        public static void rethrow(Throwable failure) {
            for (Throwable each : UserThrowables.chain(failure)) {
                if (each instanceof Misuse misuse) {
                    throw misuse.what;
                }
            }
        }
    }

    /** Thrown by a serializer for a class that is refused. */
    public static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final transient Object object;

        public Refused(Class<?> type, String why) {
            this(type, why, null);
        }

        /** @param object the one that is to blame; null when any of the class is */
        public Refused(Class<?> type, String why, Object object) {
            this(type, why, object, null);
        }

        /** @param cause what a user's code has thrown; null for none */
        public Refused(Class<?> type, String why, Object object, Throwable cause) {
            super(
                    type.getName() + " cannot be stored: " + why
                            + (cause == null ? "" : ": " + UserThrowables.text(cause)),
                    cause,
                    false,
                    false);
            this.object = object;
        }

        public Object object() {
            return object;
        }
    }
}
