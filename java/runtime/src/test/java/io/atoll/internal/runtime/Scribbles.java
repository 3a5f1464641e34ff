package io.atoll.internal.runtime;

import io.atoll.ObjectId;
import io.atoll.internal.store.NativeStore;
import io.atoll.internal.store.Ring;
import io.atoll.spi.Runtimes;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/** Tasks that write over shared words, as a native library with a wild pointer would. */
public final class Scribbles {
    private static final int BOARD_MASK = 64;
    private static final int BOARD_MASK_BYTES = 128;

    private Scribbles() {}

    public static NativeStore store() {
        return ((ClientRuntime) Runtimes.current()).store;
    }

    public static boolean tellFailure(long store, long place) {
        ((ClientRuntime) Runtimes.current()).ring.tellFailure(new ObjectId(store, place), 1, "two", "no room");
        return true;
    }

    public static List<Integer> two(String directory) throws Exception {
        Marks.mark(directory, "begun");
        Marks.await(directory, "go");
        return List.of(1, 2);
    }

    private static UnsafeBuffer words(int client, Ring.Direction direction) {
        Ring ring = store().ring(client, direction);
        return new UnsafeBuffer(ring.address(), Math.toIntExact(ring.bytes()) + RingBufferDescriptor.TRAILER_LENGTH);
    }

    public static int scribble(String what, int driver) {
        int self = store().clientIndex();
        UnsafeBuffer up = words(self, Ring.Direction.UP);
        int capacity = up.capacity() - RingBufferDescriptor.TRAILER_LENGTH;
        int tailAt = capacity + RingBufferDescriptor.TAIL_POSITION_OFFSET;
        long tail = up.getLongVolatile(tailAt);
        int at = (int) tail & capacity - 1;
        switch (what) {
            case "a wild length" -> record(up, tailAt, tail, at, 0x7fffffff, 1);
            case "a length without its message" -> record(up, tailAt, tail, at, 9, 1);
            case "a type of nobody" -> record(up, tailAt, tail, at, 40, -77);
            case "a claimed place" -> up.putLong(tailAt, tail + 64);
            case "the reader's position" ->
                up.putLong(capacity + RingBufferDescriptor.HEAD_POSITION_OFFSET, 0x123456789abcdefL);
            case "all of the ring up" -> fill(up);
            case "all of the ring down" -> fill(words(self, Ring.Direction.DOWN));
            case "one bit of the mask" -> {
                UnsafeBuffer board = words(driver, Ring.Direction.DOWN);
                board.putLong(BOARD_MASK, board.getLong(BOARD_MASK) | 1L << 40);
            }
            case "all bits of the mask" ->
                words(driver, Ring.Direction.DOWN).setMemory(BOARD_MASK, BOARD_MASK_BYTES, (byte) -1);
            case "no bit of the mask" ->
                words(driver, Ring.Direction.DOWN).setMemory(BOARD_MASK, BOARD_MASK_BYTES, (byte) 0);
            case "the driver's ring" -> fill(words(driver, Ring.Direction.UP));
            default -> throw new IllegalArgumentException(what);
        }
        store().bellRing(NativeStore.SCHEDULER_BELL, 1);
        store().bellRing(self, 4);
        return self;
    }

    private static void record(UnsafeBuffer ring, int tailAt, long tail, int at, int length, int type) {
        ring.putLong(tailAt, tail + 64);
        ring.putInt(at + 4, type);
        ring.putIntOrdered(at, length);
    }

    private static void fill(UnsafeBuffer words) {
        Random random = new Random(5);
        for (int at = 0; at < words.capacity(); at += 4) {
            words.putInt(at, random.nextInt());
        }
    }
}
