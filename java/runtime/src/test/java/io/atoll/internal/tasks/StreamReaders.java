package io.atoll.internal.tasks;

import io.atoll.Atoll;
import io.atoll.ObjectRef;
import io.atoll.concurrent.Emitter;
import io.atoll.concurrent.RefStream;
import io.atoll.concurrent.TaskContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** Tasks that are given streams, and what emits these: items of a mebibyte, each full of its number. */
final class StreamReaders {
    static final int BYTES = 1 << 20;

    private StreamReaders() {}

    static void emit(int count, Emitter<byte[]> out) {
        for (int i = 0; i < count; ++i) {
            out.emit(Remade.array(i));
        }
    }

    static void emitForEver(Emitter<Integer> out) {
        for (int i = 0; ; ++i) {
            out.emit(i);
        }
    }

    /** The number in the item, which is let go. */
    private static int take(ObjectRef<byte[]> item) {
        try (item) {
            byte[] bytes = item.get();
            return bytes[bytes.length - 1] & 0xff;
        }
    }

    static long sum(RefStream<byte[]> items) {
        long sum = 0;
        for (ObjectRef<byte[]> each : items) {
            sum += take(each);
        }
        return sum;
    }

    /** Waits for who reads a stream of its own, and may run that itself. */
    static long sumWithin(int count) {
        ObjectRef<Long> sum;
        try (RefStream<byte[]> items = Atoll.<Integer, byte[]>stream(StreamReaders::emit, count)
                .window(4)
                .remote()) {
            sum = Atoll.task(StreamReaders::sum, items).remote();
        }
        return sum.get();
    }

    /** Given so much beside the stream that the call's record does not hold it. */
    record Parcel(RefStream<byte[]> items, byte[] padding) {}

    static long sumOfParcel(Parcel parcel) {
        return sum(parcel.items);
    }

    /** A stage between two streams. */
    static void plusOne(RefStream<byte[]> items, Emitter<byte[]> out) {
        for (ObjectRef<byte[]> each : items) {
            out.emit(Remade.array(take(each) + 1));
        }
    }

    static int takeSomeAndWait(String directory, int count, RefStream<byte[]> items) throws Exception {
        int last = 0;
        for (int i = 0; i < count; ++i) {
            last = take(Objects.requireNonNull(items.next()));
        }
        Endings.begin(directory, "taken");
        while (!Files.exists(Path.of(directory, "go"))) {
            Thread.sleep(2);
        }
        return last;
    }

    /** Its first run ends with its worker after so many items. */
    static long sumOrDie(int count, RefStream<byte[]> items) {
        long sum = 0;
        int taken = 0;
        for (ObjectRef<byte[]> each : items) {
            sum += take(each);
            if (++taken == count && TaskContext.current().attempt() == 1) {
                Runtime.getRuntime().halt(137);
            }
        }
        return sum;
    }

    /** Its first run fails after so many items. */
    static long sumOrFail(int count, RefStream<byte[]> items) throws IOException {
        long sum = 0;
        int taken = 0;
        for (ObjectRef<byte[]> each : items) {
            sum += take(each);
            if (++taken == count && TaskContext.current().attempt() == 1) {
                throw new IOException("no luck after " + taken);
            }
        }
        return sum;
    }

    /** Does not close it. */
    static int sumOfThree(RefStream<Integer> items) {
        int sum = 0;
        for (int i = 0; i < 3; ++i) {
            sum += Objects.requireNonNull(items.next()).get();
        }
        return sum;
    }
}
