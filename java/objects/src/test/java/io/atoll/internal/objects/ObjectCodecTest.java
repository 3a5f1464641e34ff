package io.atoll.internal.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.ObjectId;
import io.atoll.StandInException;
import io.atoll.StoreException;
import io.atoll.TaskCancelledException;
import io.atoll.TaskException;
import io.atoll.WorkerDiedException;
import io.atoll.internal.store.ObjectStore;
import io.atoll.internal.store.testkit.InMemoryStore;
import io.atoll.tensor.Tensor;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ObjectCodecTest {
    private InMemoryStore store;
    private ObjectCodec codec;

    @BeforeEach
    void open() {
        store = InMemoryStore.create(1 << 20);
        codec = new ObjectCodec(store, id -> null);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void shouldKeepSimpleValues() {
        for (Object value : new Object[] {
            null,
            true,
            (byte) -1,
            (short) -2,
            'x',
            -3,
            -4L,
            0.5f,
            Double.NaN,
            "",
            "text",
            "\u00e9\u4e2d\ud83d\ude00",
            "\ud800 half"
        }) {
            assertThat(roundTrip(value)).isEqualTo(value);
        }
    }

    @Test
    void shouldKeepPrimitiveArrays() {
        for (Object value : new Object[] {
            new byte[] {1, -2},
            new boolean[] {true, false},
            new short[] {1, -2},
            new char[] {'a'},
            new int[] {},
            new long[] {Long.MIN_VALUE},
            new float[] {0.5f},
            new double[] {1, 2, 3}
        }) {
            assertThat(roundTrip(value)).isEqualTo(value);
        }
    }

    @Test
    void shouldTellAnObjectOfAnotherLanguageFromADamagedOne() {
        for (long tag : new long[] {42, 1L << 32, 1L << 32 | 10, -1}) {
            ObjectId id;
            try (ObjectStore.Creation creation = store.create(null, 64, 0, tag, Duration.ZERO)) {
                creation.seal(new ObjectId[0]);
                id = creation.id();
            }
            assertThatThrownBy(() -> codec.get(id, Duration.ZERO))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("64 bytes has tag " + tag)
                    .hasMessageContaining("ObjectRef.bytes()")
                    .hasMessageNotContaining("damaged");
        }
    }

    @Test
    void shouldCountTheBytesItCopies() {
        ObjectId id = codec.put(new double[100]);
        codec.get(id, Duration.ZERO);

        assertThat(store.copied()).isEqualTo(800);
    }

    @Test
    void shouldKeepGraphsWithTheirIdentity() {
        List<Object> shared = new ArrayList<>(List.of(1, "two"));
        Map<String, Object> value = Map.of("a", shared, "b", shared);

        @SuppressWarnings("unchecked")
        Map<String, Object> read = (Map<String, Object>) roundTrip(value);

        assertThat(read).isEqualTo(value);
        assertThat(read.get("a")).isSameAs(read.get("b"));
    }

    private static TaskException failure(Throwable thrown) {
        return TaskException.of("Stats.mean", 4711, 2, thrown);
    }

    @Test
    void shouldThrowWhatATaskThrewAsACause() {
        ObjectId id = store.expect();
        IllegalStateException thrown = new IllegalStateException("broken", new IOException("why"));
        thrown.addSuppressed(new RuntimeException("also"));
        codec.putError(id, failure(thrown));

        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> codec.get(id, Duration.ZERO))
                    .isExactlyInstanceOf(TaskException.class)
                    .hasMessage("task Stats.mean (worker 4711, attempt 2) threw " + thrown)
                    .satisfies(e -> {
                        TaskException failed = (TaskException) e;
                        assertThat(failed.taskName()).isEqualTo("Stats.mean");
                        assertThat(failed.workerPid()).isEqualTo(4711);
                        assertThat(failed.attempt()).isEqualTo(2);
                        assertThat(failed.getStackTrace()[0].getMethodName())
                                .isEqualTo("shouldThrowWhatATaskThrewAsACause");
                        assertThat(failed.getStackTrace().length).isGreaterThan(thrown.getStackTrace().length);
                    })
                    .cause()
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessage("broken")
                    .hasRootCauseExactlyInstanceOf(IOException.class)
                    .satisfies(e -> assertThat(e.getStackTrace()).isEqualTo(thrown.getStackTrace()))
                    .satisfies(e -> assertThat(e.getSuppressed()[0]).hasMessage("also"));
        }
    }

    @Test
    void shouldNotWrapAFailureAgain() {
        ObjectId first = store.expect();
        codec.putError(first, failure(new IOException("disk")));
        ObjectId second = store.expect();
        try {
            codec.get(first, Duration.ZERO);
        } catch (TaskException e) {
            codec.putError(second, TaskException.of("another", 12, 1, e));
        }
        assertThatThrownBy(() -> codec.get(second, Duration.ZERO))
                .isExactlyInstanceOf(TaskException.class)
                .satisfies(e -> assertThat(((TaskException) e).taskName()).isEqualTo("Stats.mean"))
                .hasCauseExactlyInstanceOf(IOException.class);
    }

    @Test
    void shouldSayHowAWorkerDied() {
        ObjectId id = store.expect();
        codec.putError(id, new WorkerDiedException("it is gone", "t", 3, 4, "signal 9 (SIGKILL)"));
        assertThatThrownBy(() -> codec.get(id, Duration.ZERO))
                .isExactlyInstanceOf(WorkerDiedException.class)
                .hasMessage("it is gone")
                .hasNoCause()
                .satisfies(e -> assertThat(((WorkerDiedException) e).ending()).isEqualTo("signal 9 (SIGKILL)"))
                .satisfies(e -> assertThat(((WorkerDiedException) e).attempt()).isEqualTo(4));
    }

    @Test
    void shouldSayThatATaskWasCancelled() {
        ObjectId id = store.expect();
        codec.putError(id, new TaskCancelledException("it was cancelled", "t"));
        assertThatThrownBy(() -> codec.get(id, Duration.ZERO))
                .isExactlyInstanceOf(TaskCancelledException.class)
                .hasMessage("it was cancelled")
                .hasNoCause();
    }

    @Test
    void shouldThrowTheOriginalAlsoWhenItIsNotSerializable() {
        ObjectId id = store.expect();
        Unserializable thrown = new Unserializable("text", new IOException("why"), Tensor.of(new double[] {1, 2, 3}));
        codec.putError(id, failure(thrown));

        assertThatThrownBy(() -> codec.get(id, Duration.ZERO))
                .cause()
                .isExactlyInstanceOf(Unserializable.class)
                .hasMessage("text")
                .hasRootCauseMessage("why")
                .satisfies(e -> assertThat(e.getStackTrace()).isEqualTo(thrown.getStackTrace()))
                .satisfies(e -> {
                    try (Tensor tensor = (Tensor) ((Unserializable) e).field) {
                        assertThat(tensor.getDouble(2)).isEqualTo(3);
                    }
                });
        assertThat(store.pins()).isZero();
    }

    @Test
    void shouldStandInForWhatCannotBeStored() {
        ObjectId id = store.expect();
        codec.putError(id, failure(new Unserializable("text", new IOException("why"), Thread.currentThread())));

        assertThatThrownBy(() -> codec.get(id, Duration.ZERO))
                .isExactlyInstanceOf(TaskException.class)
                .cause()
                .isExactlyInstanceOf(StandInException.class)
                .hasMessageContaining(Unserializable.class.getName() + ": text")
                .hasMessageContaining("unserializable.field: java.lang.Thread cannot be stored")
                .satisfies(e -> {
                    StandInException standIn = (StandInException) e;
                    assertThat(standIn.originalClass()).isEqualTo(Unserializable.class.getName());
                    assertThat(standIn.originalMessage()).isEqualTo("text");
                    assertThat(standIn.getStackTrace()[0].getClassName()).isEqualTo(ObjectCodecTest.class.getName());
                })
                .cause()
                .isExactlyInstanceOf(StandInException.class)
                .hasMessageStartingWith("java.io.IOException: why");
    }

    private Object roundTrip(Object value) {
        return codec.get(codec.put(value), Duration.ZERO);
    }

    static final class Unserializable extends RuntimeException {
        private static final long serialVersionUID = 1;
        final Object field;

        Unserializable(String message, Throwable cause, Object field) {
            super(message, cause);
            this.field = field;
        }
    }
}
