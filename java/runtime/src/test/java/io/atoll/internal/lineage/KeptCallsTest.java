package io.atoll.internal.lineage;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.F1;
import io.atoll.ObjectId;
import io.atoll.Resources;
import io.atoll.internal.call.CallWriter;
import io.atoll.internal.call.ObjectWriter;
import io.atoll.internal.call.Results;
import io.atoll.internal.call.ScheduledCall;
import io.atoll.internal.call.SharedBytes;
import io.atoll.internal.call.Submitter;
import io.atoll.internal.objects.ObjectCodec;
import io.atoll.internal.store.NativeServer;
import io.atoll.internal.store.NativeStore;
import io.atoll.internal.store.ObjectStore;
import io.atoll.spi.TaskRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Which calls are kept, of a scheduler that hands in many. */
@Timeout(120)
class KeptCallsTest {
    private static final int CALLS = 20_000;
    private static final F1<Integer, Integer> IDENTITY = KeptCallsTest::identity;

    @TempDir
    Path directory;

    private NativeServer server;
    private NativeStore store;
    private Lineage lineage;
    private CallWriter writer;
    private final SharedBytes known = new SharedBytes();

    static Integer identity(Integer value) {
        return value;
    }

    @BeforeEach
    void start() {
        Path socket = directory.resolve("store.sock");
        server = NativeServer.start(NativeServer.options(socket, 64L << 20));
        store = NativeStore.attach(socket);
        ObjectCodec codec = new ObjectCodec(store, id -> null);
        writer = new CallWriter(store, codec, new ObjectWriter(store, Duration.ZERO));
        lineage = new Lineage(store, 32L << 20, 1, () -> {});
    }

    @AfterEach
    void close() {
        lineage.stop();
        lineage.close();
        store.close();
        server.close();
    }

    /** One whose result somebody refers to. */
    private ObjectId end() {
        ObjectId result = store.expect();
        TaskRequest request = new TaskRequest(IDENTITY, new Object[] {1}, Resources.cpus(1), 5, null);
        writer.write(request, Submitter.DRIVER, Results.one(result));
        assertThat(lineage.keep(new ScheduledCall(writer.record(), 0, writer.length(), known)))
                .isTrue();
        return result;
    }

    /** Ends so many more, whose results go; the store has the time to free them. Returns how many were kept at most. */
    private int endAndDrop(int calls) throws InterruptedException {
        int most = 0;
        List<ObjectId> going = new ArrayList<>();
        for (int i = 0; i < calls; ++i) {
            ObjectId result = end();
            store.dereference(result);
            going.add(result);
            most = Math.max(most, lineage.kept());
            if (going.size() == 100) {
                awaitGone(going);
                going.clear();
            }
        }
        return most;
    }

    private void awaitGone(List<ObjectId> results) throws InterruptedException {
        for (ObjectId each : results) {
            while (store.state(each) != ObjectStore.State.ABSENT) {
                Thread.sleep(1);
            }
        }
    }

    @Test
    void shouldForgetThoseWhoseResultsAreGoneAsOthersCome() throws InterruptedException {
        assertThat(endAndDrop(CALLS)).isLessThan(CALLS / 10);
    }

    @Test
    void shouldKeepThoseWhoseResultsSomebodyRefersTo() throws InterruptedException {
        List<ObjectId> results = new ArrayList<>();
        for (int i = 0; i < CALLS; ++i) {
            results.add(end());
        }
        assertThat(lineage.kept()).isEqualTo(CALLS);

        results.forEach(store::dereference);
        awaitGone(results);
        endAndDrop(CALLS);
        assertThat(lineage.kept()).as("two are looked at for each that comes").isLessThan(CALLS / 10);
    }
}
