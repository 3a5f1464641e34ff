package io.atoll.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.internal.codecs.CodecRegistry;
import io.atoll.internal.objects.Fixture;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a codec throws is not taken for Fory's limit of depth by its words, which would have all written once more. */
class DepthInAMessageTest {
    private static int writes;

    private final Fixture fixture = new Fixture();

    @AfterEach
    void close() {
        CodecRegistry.unregister(Thrower.class);
        fixture.close();
    }

    static final class Thrower {
        final String message;

        Thrower(String message) {
            this.message = message;
        }
    }

    static final class ThrowerCodec implements Codec<Thrower> {
        @Override
        public void write(Thrower value, CodecOutput out) {
            ++writes;
            throw new IllegalStateException(value.message);
        }

        @Override
        public Thrower read(CodecInput in) {
            return new Thrower("read");
        }
    }

    private int writesOf(String message) {
        writes = 0;
        assertThatThrownBy(() -> fixture.codec.put(List.of(new Thrower(message))))
                .hasStackTraceContaining(message);
        return writes;
    }

    @Test
    void shouldWriteOnceWhateverTheMessageIs() {
        Codecs.register(Thrower.class, new ThrowerCodec());
        int usual = writesOf("something else");
        assertThat(usual).isPositive();
        assertThat(writesOf("Read depth exceed max depth 50")).isEqualTo(usual);
        assertThat(writesOf("a message of depth")).isEqualTo(usual);
    }
}
