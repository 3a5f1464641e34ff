package io.atoll.internal.kernels;

import io.atoll.ObjectId;
import io.atoll.ObjectRef;

/** Static native methods that use the store by {@code atoll/kernel.h}; {@link KernelTest} compiles their library. */
public final class KernelFunctions {
    /** A system property: another library than the one beside the classes. */
    static final String LIBRARY = "atoll.test.kernel";

    static {
        System.load(
                System.getProperty(LIBRARY, Compiled.library("kernel-functions").toString()));
    }

    private KernelFunctions() {}

    static native double sum(long store, long place);

    static native long addressOnAThreadOfItsOwn(long store, long place);

    static native void scaled(long store, long place, double factor, long[] id);

    static native void giveUp(long bytes);

    static native long clientIndex();

    /** Attached to the store now. */
    static native long clients();

    static native void scribble(long store, long place);

    static native void abortProcess();

    static void scribbleOn(ObjectId id) {
        System.out.println("about to scribble");
        scribble(id.store(), id.place());
    }

    /** Multiplied where it lies, into a new object. */
    static ObjectRef<byte[]> scaledRef(ObjectId id, double factor) {
        long[] made = new long[2];
        scaled(id.store(), id.place(), factor, made);
        return ObjectRef.adopt(new ObjectId(made[0], made[1]));
    }

    static double sumOf(ObjectId id) {
        return sum(id.store(), id.place());
    }
}
