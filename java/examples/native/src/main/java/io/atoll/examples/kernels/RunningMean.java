package io.atoll.examples.kernels;

import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.annotation.Name;
import org.bytedeco.javacpp.annotation.Platform;

/**
 * A C++ object that a worker keeps from task to task. Each worker has one of its own, made when the first task there asks
 * for it: a task that must meet a certain one has to find its way there by another means. Any thread.
 */
@Platform(include = "running_mean.h", library = "atoll-examples-native")
public final class RunningMean {
    private static final RunningMean OF_THIS_WORKER = new RunningMean();

    private final Native mean = new Native();

    private RunningMean() {}

    /** As a task: adds to the mean of the worker that runs it, and returns that. */
    public static double add(double value) {
        return OF_THIS_WORKER.addHere(value);
    }

    /** As a task: how many numbers the worker that runs it has been given. */
    public static long count() {
        return OF_THIS_WORKER.countHere();
    }

    private synchronized double addHere(double value) {
        return mean.add(value);
    }

    private synchronized long countHere() {
        return mean.count();
    }

    /** The C++ class. */
    @Name("RunningMean")
    public static class Native extends Pointer {
        static {
            Loader.load();
        }

        public Native() {
            allocate();
        }

        private native void allocate();

        public native double add(double value);

        public native long count();
    }
}
