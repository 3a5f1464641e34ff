package io.atoll.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.UnserializableException;
import io.atoll.internal.codecs.CodecRegistry;
import io.atoll.internal.objects.Fixture;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a codec makes is there only when it has read all of it: a cycle that is entered at such an object is refused. */
class CodecCyclesTest {
    private final Fixture fixture = new Fixture();

    private static final class Node {
        private final String name;
        private Object next;

        Node(String name, Object next) {
            this.name = name;
            this.next = next;
        }
    }

    private static final class NodeCodec implements Codec<Node> {
        @Override
        public void write(Node value, CodecOutput out) {
            out.writeString(value.name);
            out.writeObject(value.next);
        }

        @Override
        public Node read(CodecInput in) {
            return new Node(in.readString(), in.readObject());
        }
    }

    private static final class Plain {
        private Object link;
    }

    @BeforeEach
    void register() {
        Codecs.register(Node.class, new NodeCodec());
    }

    @AfterEach
    void close() {
        CodecRegistry.unregister(Node.class);
        fixture.close();
    }

    private void refused(Object value) {
        assertThatThrownBy(() -> fixture.codec.put(value))
                .isInstanceOf(UnserializableException.class)
                .hasMessageContaining("it refers to itself")
                .hasMessageContaining("codec " + NodeCodec.class.getName());
        assertThat(fixture.objects()).isZero();
    }

    @Test
    void shouldRefuseACycleOfCodedObjects() {
        Node a = new Node("a", null);
        a.next = new Node("b", a);
        refused(a);
        refused(new Object[] {1, a});
        Node self = new Node("self", null);
        self.next = self;
        refused(self);
    }

    @Test
    void shouldRefuseACycleThatIsEnteredAtACodedObject() {
        Node parent = new Node("parent", null);
        Plain child = new Plain();
        child.link = parent;
        parent.next = new ArrayList<>(List.of(child, new Plain()));
        refused(parent);
    }

    @Test
    void shouldStoreACycleThatIsEnteredAtAnotherObject() {
        Plain child = new Plain();
        child.link = new Node("parent", child);
        Plain read = (Plain) fixture.roundTrip(child);
        assertThat(((Node) read.link).next).isSameAs(read);
    }

    @Test
    void shouldStoreWhatIsSharedWithoutACycle() {
        Node shared = new Node("shared", "end");
        Object[] read = (Object[]) fixture.roundTrip(new Object[] {shared, new Node("other", shared), shared});
        assertThat(read[0]).isSameAs(read[2]).isSameAs(((Node) read[1]).next);
        assertThat(((Node) read[0]).next).isEqualTo("end");
    }
}
