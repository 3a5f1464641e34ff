package io.atoll.internal.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.ObjectId;
import io.atoll.StoreException;
import io.atoll.UnserializableException;
import io.atoll.internal.objects.Fixture;
import java.io.Externalizable;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.NotSerializableException;
import java.io.ObjectInput;
import java.io.ObjectInputStream;
import java.io.ObjectOutput;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamException;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a class says about its own serialization. */
public class SerializationHooksTest {
    private final Fixture fixture = new Fixture();

    @AfterEach
    void close() {
        fixture.close();
    }

    static final class Written implements Externalizable {
        private int number;

        public Written() {}

        @Override
        public void writeExternal(ObjectOutput out) throws IOException {
            out.writeInt(number + 1);
        }

        @Override
        public void readExternal(ObjectInput in) throws IOException {
            number = in.readInt();
        }
    }

    static final class Single implements Serializable {
        private static final long serialVersionUID = 1;
        private static final Single ONE = new Single();

        private Object readResolve() {
            return ONE;
        }
    }

    static final class Replaced implements Serializable {
        private static final long serialVersionUID = 1;
        private final int number;

        Replaced(int number) {
            this.number = number;
        }

        private Object writeReplace() {
            return new Stand(number);
        }
    }

    static final class Stand implements Serializable {
        private static final long serialVersionUID = 1;
        private final int number;

        Stand(int number) {
            this.number = number;
        }

        private Object readResolve() {
            return new Replaced(number + 1);
        }
    }

    static final class Hooked implements Serializable {
        private static final long serialVersionUID = 1;
        private transient int number;

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.defaultWriteObject();
            out.writeInt(number);
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            number = in.readInt() + 1;
        }
    }

    @Test
    void shouldHonourWhatAClassSaysAboutItsSerialization() {
        Written written = new Written();
        written.number = 4;
        Hooked hooked = new Hooked();
        hooked.number = 5;
        List<?> read = (List<?>) fixture.roundTrip(List.of(written, Single.ONE, new Replaced(6), hooked));

        assertThat(((Written) read.get(0)).number).isEqualTo(5);
        assertThat(read.get(1)).isSameAs(Single.ONE);
        assertThat(((Replaced) read.get(2)).number).isEqualTo(7);
        assertThat(((Hooked) read.get(3)).number).isEqualTo(6);
    }

    /** Writes its own kind, and goes on after that. */
    public static final class Tree implements Externalizable {
        private Tree left;
        private Tree right;
        private int number;
        private transient String made = "by the constructor";

        public Tree() {}

        public Tree(int number, Tree left, Tree right) {
            this.number = number;
            this.left = left;
            this.right = right;
        }

        @Override
        public void writeExternal(ObjectOutput out) throws IOException {
            out.writeObject(left);
            out.writeObject(right);
            out.writeInt(number);
        }

        @Override
        public void readExternal(ObjectInput in) throws IOException, ClassNotFoundException {
            left = (Tree) in.readObject();
            right = (Tree) in.readObject();
            number = in.readInt();
        }

        private int sum() {
            return number + (left == null ? 0 : left.sum()) + (right == null ? 0 : right.sum());
        }
    }

    @Test
    void shouldKeepExternalizablesInsideEachOther() {
        Tree shared = new Tree(1, null, null);
        Tree tree = (Tree) fixture.roundTrip(new Tree(10, new Tree(100, shared, null), shared));
        assertThat(tree.sum()).isEqualTo(112);
        assertThat(tree.right).isSameAs(tree.left.left);
        assertThat(tree.made).isEqualTo("by the constructor");

        Tree deep = null;
        for (int i = 0; i < 20_000; i++) {
            deep = new Tree(i, deep, null);
        }
        int length = 0;
        for (Tree each = (Tree) fixture.roundTrip(deep); each != null; each = each.left) {
            length++;
        }
        assertThat(length).isEqualTo(20_000);

        Tree cycle = new Tree(1, null, null);
        cycle.left = cycle;
        Tree read = (Tree) fixture.roundTrip(cycle);
        assertThat(read.left).isSameAs(read);
    }

    /** As the JDK's java.time does it: written by another class, which is Externalizable and makes it again. */
    public static final class Chain implements Serializable {
        private static final long serialVersionUID = 1;
        private final int number;
        private final Chain next;

        public Chain(int number, Chain next) {
            this.number = number;
            this.next = next;
        }

        private Object writeReplace() {
            return new Link(number, next);
        }
    }

    static final class Link implements Externalizable {
        private int number;
        private Chain next;

        public Link() {}

        Link(int number, Chain next) {
            this.number = number;
            this.next = next;
        }

        @Override
        public void writeExternal(ObjectOutput out) throws IOException {
            out.writeObject(next);
            out.writeInt(number);
        }

        @Override
        public void readExternal(ObjectInput in) throws IOException, ClassNotFoundException {
            next = (Chain) in.readObject();
            number = in.readInt();
        }

        private Object readResolve() {
            return new Chain(number, next);
        }
    }

    @Test
    void shouldKeepExternalizablesThatStandForEachOther() {
        Chain last = new Chain(3, null);
        List<?> read = (List<?>) fixture.roundTrip(List.of(new Chain(1, new Chain(2, last)), last));
        Chain chain = (Chain) read.get(0);
        assertThat(chain.number + chain.next.number + chain.next.next.number).isEqualTo(6);
        assertThat(chain.next.next).isSameAs(read.get(1));
    }

    static final class FailsToWrite implements Externalizable {
        public FailsToWrite() {}

        @Override
        public void writeExternal(ObjectOutput out) throws IOException {
            throw new IOException("disk gone");
        }

        @Override
        public void readExternal(ObjectInput in) {}
    }

    static final class FailsToRead implements Externalizable {
        public FailsToRead() {}

        @Override
        public void writeExternal(ObjectOutput out) {}

        @Override
        public void readExternal(ObjectInput in) throws IOException {
            throw new IOException("nothing to read");
        }
    }

    static final class NotToBeReplaced implements Serializable {
        private static final long serialVersionUID = 1;

        private Object writeReplace() throws ObjectStreamException {
            throw new NotSerializableException("stays here");
        }
    }

    static final class NotToBeResolved implements Serializable {
        private static final long serialVersionUID = 1;

        private Object readResolve() throws ObjectStreamException {
            throw new InvalidObjectException("not like this");
        }
    }

    static final class NotToBeRead implements Serializable {
        private static final long serialVersionUID = 1;

        private void readObject(ObjectInputStream in) throws IOException {
            throw new InvalidObjectException("of no use");
        }
    }

    @Test
    void shouldSayWhatAClassThrewThatWasAsked() {
        refused(List.of(1, new FailsToWrite()), "[1]", "disk gone");
        refused(new NotToBeReplaced(), "NotToBeReplaced cannot be stored", "stays here");
        unreadable(new FailsToRead(), "nothing to read");
        unreadable(new NotToBeResolved(), "not like this");
        unreadable(new NotToBeRead(), "of no use");
    }

    private void refused(Object value, String... texts) {
        assertThatThrownBy(() -> fixture.codec.put(value))
                .isInstanceOf(UnserializableException.class)
                .satisfies(e -> assertThat(e.getMessage()).contains(texts));
        assertThat(fixture.objects()).isZero();
    }

    private void unreadable(Object value, String text) {
        ObjectId id = fixture.codec.put(value);
        assertThatThrownBy(() -> fixture.codec.get(id, Duration.ZERO))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining(text);
        fixture.store.dereference(id);
    }
}
