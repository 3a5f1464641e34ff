package io.atoll.internal.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.UnserializableException;
import io.atoll.codec.Codec;
import io.atoll.codec.CodecInput;
import io.atoll.codec.CodecOutput;
import io.atoll.codec.Codecs;
import io.atoll.internal.codecs.CodecRegistry;
import io.atoll.internal.objects.ObjectCodec;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who is told that an object of its cannot be written, and goes on, leaves half an object: put refuses it. */
class SwallowedTest {
    private static final ObjectCodec CODEC = ObjectCodec.withoutStore();

    @AfterEach
    void unregister() {
        CodecRegistry.unregister(Coded.class);
    }

    private static void refused(Object value, String... why) {
        for (Object each : List.of(value, new Object[] {1, value})) {
            assertThatThrownBy(() -> CODEC.encode(each))
                    .isInstanceOf(UnserializableException.class)
                    .satisfies(e -> assertThat(e.getMessage()).contains(why));
        }
    }

    private static final class Coded {}

    private static final class Careless implements Codec<Coded> {
        @Override
        public void write(Coded value, CodecOutput out) {
            try {
                out.writeObject(new Object[] {1, new Thread()});
            } catch (RuntimeException e) {
                out.writeObject(null);
            }
        }

        @Override
        public Coded read(CodecInput in) {
            in.readObject();
            return new Coded();
        }
    }

    @Test
    void shouldRefuseWhatACodecDidNotHear() {
        Codecs.register(Coded.class, new Careless());
        refused(new Coded(), "java.lang.Thread", Careless.class.getName(), "took no notice");
    }

    private static final class ByDefault implements Serializable {
        private static final long serialVersionUID = 1;
        private final int number = 1;
        private final Object inside = new Thread();

        private void writeObject(ObjectOutputStream out) throws IOException {
            try {
                out.defaultWriteObject();
            } catch (RuntimeException e) {
                out.writeInt(number);
            }
        }
    }

    private static final class ByName implements Serializable {
        private static final long serialVersionUID = 1;
        private Object inside;

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.putFields().put("inside", new Object[] {1, new Thread()});
            try {
                out.writeFields();
            } catch (RuntimeException e) {
                out.writeObject(inside);
            }
        }
    }

    @Test
    void shouldRefuseWhatAHookDidNotHear() {
        refused(new ByDefault(), "java.lang.Thread");
        refused(new ByName(), "java.lang.Thread");
    }
}
