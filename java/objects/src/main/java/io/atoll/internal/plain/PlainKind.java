package io.atoll.internal.plain;

import io.atoll.ObjectId;
import io.atoll.StoreException;
import io.atoll.UnserializableException;
import io.atoll.internal.memory.Encoded;
import io.atoll.internal.memory.Kind;
import io.atoll.internal.memory.RefFactory;
import io.atoll.internal.memory.Source;
import io.atoll.internal.store.Memory;
import io.atoll.spi.UserThrowables;

/**
 * Values of simple shape: records, the JDK's lists, sets, maps and optionals, arrays of references, enums, and what is in
 * them: strings, boxed numbers, {@code java.time}, small primitive arrays, refs. They come back as a graph would bring them
 * back: what was one object is one, what is immutable stays so. What has anything else in it, refers back to itself, or
 * nests deeper than 64, is a graph as a whole.
 */
public final class PlainKind {
    private PlainKind() {}

    /** Null when the value is of another kind, or it cannot be told: a graph says why it cannot be stored. */
    public static Encoded encode(Object value) {
        if (PlainType.of(value.getClass()).tag() == PlainType.OTHER) {
            return null;
        }
        PlainWriter writer = new PlainWriter();
        try {
            writer.value(value);
        } catch (RuntimeException | StackOverflowError | LinkageError e) {
            return null; // also of what another thread has changed meanwhile
        }
        return new Plain(writer.out(), writer.contained());
    }

    public static Object decode(Source source, RefFactory refs) {
        byte[] bytes = source.copyOut(0, source.size());
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        PlainClasses classes = new PlainClasses(context == null ? PlainKind.class.getClassLoader() : context);
        try {
            return new PlainReader(bytes, classes, refs).all();
        } catch (StoreException | UnserializableException e) {
            throw e;
        } catch (IndexOutOfBoundsException e) {
            throw source.failed(e, "it ends before its value does");
        } catch (RuntimeException | StackOverflowError | LinkageError | AssertionError e) {
            throw source.failed(e, "its value makes no sense: " + UserThrowables.text(e));
        }
    }

    private static final class Plain extends Encoded {
        private final byte[] bytes;
        private final ObjectId[] contained;

        Plain(Bytes written, ObjectId[] contained) {
            super(Kind.tag(Kind.PLAIN, 0), written.length());
            this.bytes = written.array();
            this.contained = contained;
        }

        @Override
        public ObjectId[] contained() {
            return contained;
        }

        @Override
        public void writeTo(long address) {
            Memory.copyFromArray(bytes, size(), address);
        }
    }
}
