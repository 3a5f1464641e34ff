package io.atoll.internal.compute;

import io.atoll.Arg;
import io.atoll.Atoll;
import io.atoll.CallInterruptedException;
import io.atoll.ObjectRef;
import io.atoll.Resources;
import io.atoll.TaskCall;
import io.atoll.concurrent.TaskContext;
import io.atoll.internal.memory.Encoded;
import io.atoll.internal.memory.Kind;
import io.atoll.internal.memory.Place;
import io.atoll.internal.memory.StoredBytes;
import io.atoll.internal.objects.ObjectCodec;
import io.atoll.internal.store.Memory;
import io.atoll.spi.Runtimes;
import io.atoll.table.Table;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Calls of Arrow's functions as tasks, and what such a task does in its worker. */
public final class ComputeTask {
    private static final int INPUT_LONGS = 3; // tag, address, size

    private ComputeTask() {}

    /**
     * The task of a call.
     *
     * @param refs of its stored inputs, in order
     * @throws IllegalArgumentException when there are more than eight
     */
    @SuppressWarnings("unchecked") // what the function gives is the caller's to know
    public static <R extends @Nullable Object> TaskCall<R> of(ComputeCall call, List<ObjectRef<?>> refs) {
        TaskCall<?> task = task(
                call,
                refs.stream()
                        .<Arg<StoredBytes>>map(ref -> ref.as(StoredBytes.class))
                        .toList());
        return (TaskCall<R>) task.name("Arrow " + call.function());
    }

    private static TaskCall<@Nullable Object> task(ComputeCall call, List<Arg<StoredBytes>> in) {
        return switch (in.size()) {
            case 0 -> Atoll.task(call);
            case 1 -> Atoll.task(call, in.get(0));
            case 2 -> Atoll.task(call, in.get(0), in.get(1));
            case 3 -> Atoll.task(call, in.get(0), in.get(1), in.get(2));
            case 4 -> Atoll.task(call, in.get(0), in.get(1), in.get(2), in.get(3));
            case 5 -> Atoll.task(call, in.get(0), in.get(1), in.get(2), in.get(3), in.get(4));
            case 6 -> Atoll.task(call, in.get(0), in.get(1), in.get(2), in.get(3), in.get(4), in.get(5));
            case 7 -> Atoll.task(call, in.get(0), in.get(1), in.get(2), in.get(3), in.get(4), in.get(5), in.get(6));
            case 8 ->
                Atoll.task(
                        call, in.get(0), in.get(1), in.get(2), in.get(3), in.get(4), in.get(5), in.get(6), in.get(7));
            default ->
                throw new IllegalArgumentException(call.function() + ": " + in.size()
                        + " stored inputs are given, a call takes at most " + ComputeCall.MOST_STORED);
        };
    }

    /** In the worker. */
    static @Nullable Object run(ComputeCall call, StoredBytes... stored) {
        ArrowLibrary.load();
        List<ComputeCall.Input> inputs = call.inputs();
        long[] places = new long[INPUT_LONGS * inputs.size()];
        byte[][] columns = new byte[inputs.size()][];
        long scratch = 0;
        try {
            int next = 0;
            for (int i = 0; i < inputs.size(); ++i) {
                ComputeCall.Input input = inputs.get(i);
                String column = input.column();
                if (column != null) {
                    columns[i] = utf8(column);
                }
                if (input.isStored()) {
                    place(places, i, stored[next].tag(), stored[next].address(), stored[next].size());
                    ++next;
                }
            }
            scratch = writeValues(inputs, places);
            return call(call, places, columns);
        } finally {
            if (scratch != 0) {
                Memory.free(scratch);
            }
            for (StoredBytes each : stored) {
                each.close();
            }
        }
    }

    private static void place(long[] places, int input, long tag, long address, long size) {
        places[INPUT_LONGS * input] = tag;
        places[INPUT_LONGS * input + 1] = address;
        places[INPUT_LONGS * input + 2] = size;
    }

    /** What is not stored, in memory to be freed; 0 for none. */
    private static long writeValues(List<ComputeCall.Input> inputs, long[] places) {
        ObjectCodec codec = ObjectCodec.withoutStore();
        Encoded[] encoded = new Encoded[inputs.size()];
        long bytes = 0;
        for (int i = 0; i < encoded.length; ++i) {
            if (!inputs.get(i).isStored()) {
                encoded[i] = codec.encode(inputs.get(i).value());
                bytes += aligned(encoded[i].size());
            }
        }
        if (bytes == 0) {
            for (int i = 0; i < encoded.length; ++i) {
                if (encoded[i] != null) {
                    place(places, i, encoded[i].tag(), 0, 0); // nulls
                }
            }
            return 0;
        }
        long block = Memory.allocate(bytes);
        long at = block;
        for (int i = 0; i < encoded.length; ++i) {
            if (encoded[i] != null) {
                encoded[i].writeTo(at);
                place(places, i, encoded[i].tag(), at, encoded[i].size());
                at += aligned(encoded[i].size());
            }
        }
        return block;
    }

    private static long aligned(long size) {
        return size + 7 & -8;
    }

    private static @Nullable Object call(ComputeCall call, long[] places, byte[][] columns) {
        StoredResult sink = new StoredResult();
        long[] result = new long[INPUT_LONGS];
        byte[] text = null;
        byte[] options = call.options();
        if (!call.isQuery()) {
            text = ArrowNative.call(utf8(call.function()), options, places, columns, sink, threads(), result);
        } else if (options != null) {
            query(options, places, sink, result);
        }
        long copied = result[2];
        if (copied > 0) {
            Runtimes.current().service(Place.class).store().countCopied(copied);
        }
        int kind = (int) result[0];
        if (kind == Kind.ARROW) {
            call.checkResult(Table.class);
            return sink.finish(result[1]);
        }
        sink.giveUp();
        Object value =
                kind == Kind.STRING && text != null ? new String(text, StandardCharsets.UTF_8) : boxed(kind, result[1]);
        if (value != null) {
            call.checkResult(value.getClass());
        }
        return value;
    }

    private static void query(byte[] code, long[] places, StoredResult sink, long[] result) {
        try {
            ArrowNative.query(code, places, sink, threads(), result);
        } catch (RuntimeException e) {
            if (Thread.currentThread().isInterrupted()) {
                CallInterruptedException interrupted = new CallInterruptedException("the query was interrupted");
                interrupted.addSuppressed(e);
                throw interrupted;
            }
            throw e;
        }
    }

    private static @Nullable Object boxed(int kind, long bits) {
        return switch (kind) {
            case Kind.NULL -> null;
            case Kind.BOOLEAN -> bits != 0;
            case Kind.BYTE -> (byte) bits;
            case Kind.SHORT -> (short) bits;
            case Kind.INT -> (int) bits;
            case Kind.LONG -> bits;
            case Kind.FLOAT -> Float.intBitsToFloat((int) bits);
            case Kind.DOUBLE -> Double.longBitsToDouble(bits);
            default -> throw new IllegalStateException("the glue gives a value of kind " + kind);
        };
    }

    /** As many as the task has CPUs. */
    private static int threads() {
        double cpus = TaskContext.current().resources().quantity(Resources.CPU);
        return Math.max(1, (int) Math.ceil(cpus));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** What {@link ArrowNative#functions} says, in the worker. */
    public static String functions() {
        ArrowLibrary.load();
        return new String(ArrowNative.functions(), StandardCharsets.UTF_8);
    }
}
