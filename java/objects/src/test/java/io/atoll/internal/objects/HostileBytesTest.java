package io.atoll.internal.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.StoreException;
import io.atoll.internal.graph.JavaBytes;
import io.atoll.internal.memory.Encoded;
import io.atoll.internal.store.Memory;
import java.io.IOException;
import java.io.InvalidClassException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import org.junit.jupiter.api.Test;

/** Stored bytes that ask for more than there is. */
class HostileBytesTest {
    private final ObjectCodec codec = ObjectCodec.withoutStore();

    private static byte[] bytes(Encoded encoded) {
        long block = Memory.allocate(encoded.size() + 64);
        try {
            long address = block + 63 & -64;
            encoded.writeTo(address);
            byte[] bytes = new byte[(int) encoded.size()];
            Memory.copyToArray(address, bytes, bytes.length);
            return bytes;
        } finally {
            Memory.free(block);
        }
    }

    private static byte[] replace(byte[] bytes, int[] from, int[] to) {
        for (int at = 0; at + from.length <= bytes.length; at++) {
            int start = at;
            if (java.util.stream.IntStream.range(0, from.length).allMatch(i -> bytes[start + i] == (byte) from[i])) {
                byte[] replaced = new byte[bytes.length - from.length + to.length];
                System.arraycopy(bytes, 0, replaced, 0, at);
                for (int i = 0; i < to.length; i++) {
                    replaced[at + i] = (byte) to[i];
                }
                int rest = at + from.length;
                System.arraycopy(bytes, rest, replaced, at + to.length, bytes.length - rest);
                return replaced;
            }
        }
        throw new AssertionError("it has no " + Arrays.toString(from));
    }

    @Test
    void shouldNotBelieveTheCapacityOfAQueue() {
        Encoded encoded = codec.encode(new ArrayBlockingQueue<>(12345));
        byte[] good = bytes(encoded);
        int[] capacity = {0xb9, 0x60};
        int[] twoBillion = {0xff, 0xff, 0xff, 0xff, 0x07};
        int[] negative = {0xff, 0xff, 0xff, 0xff, 0x0f};

        assertThat(((ArrayBlockingQueue<?>) codec.decode(encoded.tag(), ByteBuffer.wrap(good))).remainingCapacity())
                .isEqualTo(12345);
        assertThatThrownBy(() -> codec.decode(encoded.tag(), ByteBuffer.wrap(replace(good, capacity, twoBillion))))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("a queue with a capacity of 2147483647");
        assertThatThrownBy(() -> codec.decode(encoded.tag(), ByteBuffer.wrap(replace(good, capacity, negative))))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("a queue of 0 elements has a capacity of -1");
    }

    static final class OwnMap extends HashMap<String, String> {
        private static final long serialVersionUID = 1;
    }

    /** What a hook of the JDK believes, Java asks a stream about. */
    @Test
    void shouldNotBelieveTheLengthThatAHookReads() {
        OwnMap map = new OwnMap();
        map.put("k", "v");
        Encoded encoded = codec.encode(map);
        byte[] good = bytes(encoded);
        int[] block = {8, 0, 0, 0, 0, 0, 0, 16, 0, 0, 0, 1}; // 8 bytes: 16 places, one entry
        int[] many = {8, 0, 0, 0, 0, 0, 0, 16, 0x10, 0, 0, 0};
        int[] longer = {8, 0, 0, 0x40, 0, 0, 0, 16, 0, 0, 0, 1};

        assertThat(codec.decode(encoded.tag(), ByteBuffer.wrap(good))).isEqualTo(map);
        assertThatThrownBy(() -> codec.decode(encoded.tag(), ByteBuffer.wrap(replace(good, block, many))))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("REJECTED");
        assertThatThrownBy(() -> codec.decode(encoded.tag(), ByteBuffer.wrap(replace(good, block, longer))))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("a block is said to have 1073741832 bytes");
    }

    @Test
    void shouldNotBelieveManyQueuesEither() {
        List<Object> queues = new ArrayList<>();
        for (int i = 0; i < 50_000; i++) {
            queues.add(new ArrayBlockingQueue<>(1));
        }
        Encoded encoded = codec.encode(queues);
        byte[] bytes = bytes(encoded);
        int at = -1;
        for (int i = 0; i + 4 < bytes.length && at < 0; i++) { // two neighbours: capacity 1 and size 0 each
            at = bytes[i] == 1 && bytes[i + 1] == 0 && bytes[i + 3] == 1 && bytes[i + 4] == 0 ? i : -1;
        }
        assertThat(at).isPositive();
        byte[] damaged = bytes.clone();
        List<Byte> grown = new ArrayList<>();
        for (int i = 0; i < damaged.length; i++) {
            boolean capacity = i >= at && damaged[i] == 1 && i + 1 < damaged.length && damaged[i + 1] == 0;
            for (int b : capacity ? new int[] {0xff, 0xff, 0x3f} : new int[] {damaged[i]}) {
                grown.add((byte) b);
            }
        }
        byte[] hostile = new byte[grown.size()];
        for (int i = 0; i < hostile.length; i++) {
            hostile[i] = grown.get(i);
        }
        assertThatThrownBy(() -> codec.decode(encoded.tag(), ByteBuffer.wrap(hostile)))
                .isInstanceOf(StoreException.class);
    }

    @Test
    void shouldStillReadWhatIsMuchInFewBytes() {
        List<Object> maps = new ArrayList<>();
        for (int i = 0; i < 200_000; i++) {
            maps.add(new HashMap<>());
        }
        Encoded encoded = codec.encode(maps);
        assertThat(codec.decode(encoded.tag(), ByteBuffer.wrap(bytes(encoded)))).isEqualTo(maps);
        Encoded empty = codec.encode(new Object[][] {new Object[1_000_000], new Long[1_000_000]});
        assertThat((Object[][]) codec.decode(empty.tag(), ByteBuffer.wrap(bytes(empty))))
                .hasDimensions(2, 1_000_000);
    }

    @Test
    void shouldNotBelieveLengthsInJavaSerialization() throws Exception {
        byte[] array = JavaBytes.write(new long[77]);
        byte[] hostile = replace(array, new int[] {0, 0, 0, 77}, new int[] {0x7f, 0xff, 0xff, 0xf0});
        assertThatThrownBy(() -> JavaBytes.read(hostile))
                .isInstanceOf(InvalidClassException.class)
                .hasMessageContaining("REJECTED");

        HashMap<Integer, Integer> map = new HashMap<>();
        for (int i = 0; i < 77; i++) {
            map.put(i, i);
        }
        byte[] table = JavaBytes.write(map);
        assertThat(JavaBytes.read(table)).isEqualTo(map);
        byte[] hostileTable = replace(table, new int[] {0, 0, 0, 77}, new int[] {0x20, 0, 0, 0});
        assertThatThrownBy(() -> JavaBytes.read(hostileTable)).isInstanceOf(IOException.class);
    }

    @Test
    void shouldKeepWhatGoesThroughJavaSerialization() {
        Random random = new Random(5);
        Encoded encoded = codec.encode(List.of(random));
        List<?> read = (List<?>) codec.decode(encoded.tag(), ByteBuffer.wrap(bytes(encoded)));
        assertThat(((Random) read.get(0)).nextLong()).isEqualTo(new Random(5).nextLong());
    }

    @Test
    void shouldReadEachPartOnce() {
        Encoded encoded = codec.encode(new Object[] {new byte[2000], new byte[3000]});
        byte[] bytes = bytes(encoded);
        int graph = 16 + 2 * 24;
        int first = -1;
        int second = -1;
        for (int i = graph; i < graph + bytes[0]; i++) { // a lifted array: true, number
            if (bytes[i] == 1 && bytes[i + 1] == 0) {
                first = i;
            } else if (bytes[i] == 1 && bytes[i + 1] == 1 && first >= 0) {
                second = i;
            }
        }
        assertThat(second).isPositive();
        bytes[second + 1] = 0;
        assertThatThrownBy(() -> codec.decode(encoded.tag(), ByteBuffer.wrap(bytes)))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("part 0 is there more than once");
    }
}
