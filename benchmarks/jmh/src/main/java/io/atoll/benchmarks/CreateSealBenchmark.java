package io.atoll.benchmarks;

import io.atoll.internal.store.Memory;
import io.atoll.jni.StoreLayout;
import io.atoll.jni.StoreNative;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Making an object: create, copy the bytes in, seal. Dropping it is not timed, so a batch lies between two looks. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class CreateSealBenchmark {
    private static final int BATCH = 256;
    private static final long ROOM_NANOS = TimeUnit.SECONDS.toNanos(10);

    @Param({"1024", "16384"})
    public int size;

    private byte[] bytes;
    private long ids;
    private long address;

    @Setup(Level.Trial)
    public void prepare() {
        bytes = new byte[size];
        ids = Memory.allocate((long) BATCH * StoreLayout.OBJECT_ID_SIZE);
        address = Memory.allocate(Long.BYTES);
    }

    @Setup(Level.Invocation)
    public void forget() {
        Memory.fill(ids, (long) BATCH * StoreLayout.OBJECT_ID_SIZE, (byte) 0);
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void createSeal(StoreState state) {
        for (int i = 0; i < BATCH; ++i) {
            long id = ids + (long) i * StoreLayout.OBJECT_ID_SIZE;
            StoreState.check(StoreNative.create(state.client, id, size, 0, 0, ROOM_NANOS, address));
            Memory.copyFromArray(bytes, size, Memory.getLong(address));
            StoreState.check(StoreNative.seal(state.client, store(id), place(id), 0));
        }
    }

    @TearDown(Level.Invocation)
    public void drop(StoreState state) {
        for (int i = 0; i < BATCH; ++i) {
            long id = ids + (long) i * StoreLayout.OBJECT_ID_SIZE;
            StoreState.check(StoreNative.dereference(state.client, store(id), place(id)));
        }
    }

    @TearDown(Level.Trial)
    public void free() {
        Memory.free(ids);
        Memory.free(address);
    }

    private static long store(long id) {
        return Memory.getLong(id + StoreLayout.OBJECT_ID_STORE);
    }

    private static long place(long id) {
        return Memory.getLong(id + StoreLayout.OBJECT_ID_PLACE);
    }
}
