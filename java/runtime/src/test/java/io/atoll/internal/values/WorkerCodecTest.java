package io.atoll.internal.values;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.codec.Codec;
import io.atoll.codec.CodecInput;
import io.atoll.codec.CodecOutput;
import io.atoll.codec.Codecs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A codec that the driver registers is there in its workers, those that run already too. */
@Timeout(180)
class WorkerCodecTest {
    /** Holds what cannot be stored. */
    static final class Handle {
        private final Thread owner = Thread.currentThread();
        private final long number;

        Handle(long number) {
            this.number = number;
        }
    }

    static final class HandleCodec implements Codec<Handle> {
        @Override
        public void write(Handle value, CodecOutput out) {
            out.writeLong(value.number);
        }

        @Override
        public Handle read(CodecInput in) {
            return new Handle(in.readLong());
        }
    }

    static Handle next(Handle handle) {
        return new Handle(handle.number + (handle.owner.isAlive() ? 1 : 0));
    }

    @Test
    void shouldHaveTheDriversCodecsInWorkers() {
        try (AtollSession session = Atoll.init(
                AtollOptions.builder().workers(1).storeBytes(32L << 20).build())) {
            Atoll.task(Same::number, 1L).remote().get(); // the worker runs
            Codecs.register(Handle.class, new HandleCodec());
            Handle read = Atoll.task(WorkerCodecTest::next, Atoll.put(new Handle(7)))
                    .remote()
                    .get();
            assertThat(read.number).isEqualTo(8);
        }
    }

    static final class Same {
        static long number(long value) {
            return value;
        }
    }
}
