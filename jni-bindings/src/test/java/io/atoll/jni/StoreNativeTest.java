package io.atoll.jni;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoreNativeTest {
    private static final List<ByteBuffer> STRINGS = new ArrayList<>();

    @BeforeAll
    static void load() {
        NativeLibrary.load();
    }

    @Test
    void shouldLayADirectBufferOverTheSameMemory() {
        ByteBuffer memory = ByteBuffer.allocateDirect(64);
        long address = StoreNative.addressOf(memory);
        ByteBuffer same = StoreNative.newDirectByteBuffer(address, 64);
        memory.put(7, (byte) 42);
        assertThat(same.capacity()).isEqualTo(64);
        assertThat(same.get(7)).isEqualTo((byte) 42);
        assertThat(StoreNative.addressOf(ByteBuffer.allocate(8))).isZero();
        assertThat(StoreNative.addressOf(null)).isZero();
    }

    /** Sizes around a MiB, at which another way of copying and another stretch of an array begin. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1000, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, (3 << 20) + 5})
    void shouldCopyFromArraysAndAddresses(int bytes) {
        byte[] array = new byte[bytes + 7];
        new Random(bytes).nextBytes(array);
        ByteBuffer first = ByteBuffer.allocateDirect(bytes + 1);
        StoreNative.copy(array, 7, StoreNative.addressOf(first), bytes);
        ByteBuffer second = ByteBuffer.allocateDirect(bytes + 3);
        StoreNative.copy(null, StoreNative.addressOf(first), StoreNative.addressOf(second) + 3, bytes);
        byte[] copied = new byte[bytes];
        second.get(3, copied);
        assertThat(copied).isEqualTo(Arrays.copyOfRange(array, 7, bytes + 7));
        assertThat(first.get(bytes)).as("what lies behind").isZero();
        assertThat(second.get(2)).as("what lies before").isZero();
    }

    @Test
    void shouldSayWhatFailed() {
        ByteBuffer out = ByteBuffer.allocateDirect(8);
        long code = StoreNative.attach(utf8("/nonexistent/store.sock"), 0, StoreNative.addressOf(out));
        assertThat(code).isNegative();
        assertThat(StoreNative.lastError()).contains("/nonexistent/store.sock");
    }

    /** The whole boundary once: a server, a client, an object written, sealed, read and released. */
    @Test
    void shouldCarryAnObjectThroughAStore(@TempDir Path temporary) throws Exception {
        Path directory = Files.createDirectory(
                temporary.resolve("s"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        long socket = utf8(directory.resolve("store.sock").toString());
        ByteBuffer options = direct(StoreLayout.SERVER_OPTIONS_SIZE);
        options.putLong(StoreLayout.SERVER_OPTIONS_BYTES, StoreLayout.SERVER_OPTIONS_SIZE);
        options.putLong(StoreLayout.SERVER_OPTIONS_CAPACITY, 16 << 20);
        options.putLong(StoreLayout.SERVER_OPTIONS_SOCKET_PATH, socket);
        ByteBuffer out = direct(8);

        check(StoreNative.serverStart(StoreNative.addressOf(options), StoreNative.addressOf(out)));
        long server = out.getLong(0);
        check(StoreNative.attach(socket, 0, StoreNative.addressOf(out)));
        long client = out.getLong(0);

        ByteBuffer id = direct(StoreLayout.OBJECT_ID_SIZE);
        check(StoreNative.create(
                client, StoreNative.addressOf(id), 100, 0, 7, Long.MAX_VALUE, StoreNative.addressOf(out)));
        long store = id.getLong(StoreLayout.OBJECT_ID_STORE);
        long place = id.getLong(StoreLayout.OBJECT_ID_PLACE);
        StoreNative.newDirectByteBuffer(out.getLong(0), 100).put(99, (byte) 42);
        check(StoreNative.seal(client, store, place, 0));
        assertThat(StoreNative.contains(client, store, place)).isEqualTo(StoreLayout.STATE_SEALED);
        assertThat(StoreNative.storeId(client)).isEqualTo(store);

        ByteBuffer view = direct(StoreLayout.VIEW_SIZE);
        check(StoreNative.get(client, store, place, 0, StoreNative.addressOf(view)));
        assertThat(view.getLong(StoreLayout.VIEW_BYTES)).isEqualTo(100);
        assertThat(view.getLong(StoreLayout.VIEW_TAG)).isEqualTo(7);
        assertThat(StoreNative.newDirectByteBuffer(view.getLong(StoreLayout.VIEW_ADDRESS), 100)
                        .get(99))
                .isEqualTo((byte) 42);
        check(StoreNative.release(client, store, place));
        check(StoreNative.dereference(client, store, place));
        check(StoreNative.detach(client));
        check(StoreNative.serverStop(server));
        assertThat(directory).isEmptyDirectory();
    }

    private static void check(long code) {
        assertThat(code).as(StoreNative.lastError()).isNotNegative();
    }

    private static ByteBuffer direct(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

    /** The address of a C string that lives as long as this class. */
    private static long utf8(String string) {
        byte[] bytes = string.getBytes(StandardCharsets.UTF_8);
        ByteBuffer buffer = ByteBuffer.allocateDirect(bytes.length + 1).put(bytes);
        STRINGS.add(buffer);
        return StoreNative.addressOf(buffer);
    }
}
