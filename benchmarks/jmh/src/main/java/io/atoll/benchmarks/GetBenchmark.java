package io.atoll.benchmarks;

import io.atoll.ObjectId;
import io.atoll.internal.store.Memory;
import io.atoll.internal.store.ObjectStore;
import io.atoll.jni.StoreLayout;
import io.atoll.jni.StoreNative;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A warm get and its release, and what crossing into native code costs by itself. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class GetBenchmark {
    @Param({"1024", "67108864"})
    public long size;

    private ObjectId id;
    private long view;

    @Setup(Level.Trial)
    public void put(StoreState state) {
        try (ObjectStore.Creation creation = state.store.create(null, size, 0, 0, null)) {
            Memory.fill(creation.address(), size, (byte) 'x');
            creation.seal();
            id = creation.id();
        }
        view = Memory.allocate(StoreLayout.VIEW_SIZE);
    }

    /** The object goes with its store. */
    @TearDown(Level.Trial)
    public void free() {
        Memory.free(view);
    }

    /** To an address and a length; allocates nothing. */
    @Benchmark
    public long get(StoreState state) {
        StoreState.check(StoreNative.get(state.client, id.store(), id.place(), 0, view));
        long seen = Memory.getLong(view + StoreLayout.VIEW_ADDRESS) + Memory.getLong(view + StoreLayout.VIEW_BYTES);
        StoreState.check(StoreNative.release(state.client, id.store(), id.place()));
        return seen;
    }

    /** To a pin, with what makes it safe to close twice and from any thread. */
    @Benchmark
    public long pin(StoreState state) {
        try (ObjectStore.Pin pin = state.store.tryGet(id)) {
            return pin.address() + pin.size();
        }
    }
}
