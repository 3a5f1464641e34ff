package io.atoll.internal.call;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.ObjectId;
import io.atoll.internal.store.NativeServer;
import io.atoll.internal.store.NativeStore;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who takes a task that nobody has begun. */
class ClaimTest {
    private static final int OWN = Claim.of(5, 0);
    private static final int OTHER = Claim.of(6, 0);

    @TempDir
    Path directory;

    @Test
    void shouldTakeWhatNobodyHasBegunAndNothingElse() {
        Path socket = directory.resolve("store.sock");
        try (NativeServer server = NativeServer.start(NativeServer.options(socket, 16L << 20));
                NativeStore store = NativeStore.attach(socket)) {
            assertThat(server).isNotNull();
            ObjectId task = store.expect();
            assertThat(Claim.take(store, task, OWN)).isTrue();
            assertThat(Claim.take(store, task, OTHER)).as("it is taken").isFalse();
            store.claim(task, OWN, Claim.ahead(OTHER));
            assertThat(Claim.take(store, task, OWN)).as("it waits elsewhere").isTrue();
            store.claim(task, OWN, Claim.ahead(Claim.of(6, 1)));
            assertThat(Claim.take(store, task, OWN))
                    .as("it has been begun once")
                    .isFalse();
            store.dereference(task);
            assertThat(Claim.take(store, task, OWN)).as("it is gone").isFalse();
        }
    }
}
