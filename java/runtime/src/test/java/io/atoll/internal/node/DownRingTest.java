package io.atoll.internal.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.ObjectId;
import io.atoll.internal.store.NativeServer;
import io.atoll.internal.store.NativeStore;
import java.nio.file.Path;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DownRingTest {
    private static final int CALL_BYTES = 200;

    @TempDir
    Path directory;

    /** Its reader is this process, which reads nothing. */
    @Test
    void shouldWakeTheWorkerWhoseRingIsFullOfWhatItIsWokenForByNobody() {
        Path socket = directory.resolve("store");
        try (NativeServer server = NativeServer.start(NativeServer.options(socket, 16L << 20));
                NativeStore store = NativeStore.attach(socket)) {
            int worker = store.clientIndex();
            DownRing ring = new DownRing(store, worker);
            UnsafeBuffer call = new UnsafeBuffer(new byte[CALL_BYTES]);
            long rung = store.bell(worker);
            while (ring.runAfter(new ObjectId(1, 1), call, CALL_BYTES, false)) {
                assertThat(store.bell(worker)).isEqualTo(rung);
            }
            assertThat(store.bell(worker)).isGreaterThan(rung);
            assertThat(ring.run(call, CALL_BYTES))
                    .as("half of it is for others")
                    .isTrue();
            long full;
            do {
                full = store.bell(worker);
            } while (ring.run(call, CALL_BYTES));
            assertThat(store.bell(worker)).isGreaterThan(full);
        }
    }
}
