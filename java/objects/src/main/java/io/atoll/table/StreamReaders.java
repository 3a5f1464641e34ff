package io.atoll.table;

import io.atoll.AtollException;
import io.atoll.internal.arrow.ArrowMessage;
import io.atoll.internal.arrow.ArrowSchemas;
import io.atoll.jni.RawAccess;
import java.io.IOException;
import java.lang.reflect.Field;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.compare.Range;
import org.apache.arrow.vector.compare.RangeEqualsVisitor;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.ipc.SeekableReadChannel;
import org.apache.arrow.vector.ipc.message.MessageChannelReader;
import org.apache.arrow.vector.ipc.message.MessageResult;
import org.apache.arrow.vector.types.pojo.Schema;
import sun.misc.Unsafe;

/**
 * Arrow's readers take all numbers for ones of this machine's byte order, and make one child of two that have a name in
 * common; what the schema says of it is dropped. So the messages of a reader of a stream that has not read its schema yet
 * are looked at on their way, and the footer of a file is read beforehand.
 */
final class StreamReaders {
    private static final Unsafe UNSAFE = RawAccess.unsafe();
    private static final long MESSAGES = offset(ArrowStreamReader.class, "messageReader");
    private static final long FILE = offset(ArrowFileReader.class, "in");

    private StreamReaders() {}

    /**
     * Has a reader refuse a stream that it would read wrongly.
     *
     * @throws IOException when it is known already: of a file
     */
    static void watch(ArrowReader reader) throws IOException {
        if (reader instanceof ArrowFileReader && FILE >= 0) {
            FileFooter.check((SeekableReadChannel) UNSAFE.getObject(reader, FILE));
        } else if (reader instanceof ArrowStreamReader && MESSAGES >= 0) {
            MessageChannelReader messages = (MessageChannelReader) UNSAFE.getObject(reader, MESSAGES);
            if (messages != null && messages.getClass() == MessageChannelReader.class) {
                UNSAFE.putObject(reader, MESSAGES, new Watched(messages));
            }
        }
    }

    /** Like {@code loadNextBatch}. */
    static boolean next(ArrowReader reader) throws IOException {
        return asked(reader::loadNextBatch);
    }

    /** Like {@code getVectorSchemaRoot}. */
    static VectorSchemaRoot root(ArrowReader reader) throws IOException {
        return asked(reader::getVectorSchemaRoot);
    }

    /** Like {@link ArrowShares#of(VectorSchemaRoot)}, of what a reader has loaded. */
    static VectorSchemaRoot share(VectorSchemaRoot loaded) throws IOException {
        return asked(() -> ArrowShares.of(loaded));
    }

    /** Like {@link ArrowShares#of(FieldVector)}, of what a reader has loaded. */
    static FieldVector share(FieldVector loaded) throws IOException {
        return asked(() -> ArrowShares.of(loaded));
    }

    /** Whether two vectors that a reader has loaded have the same values in so many rows, from the first on. */
    static boolean beginAlike(FieldVector one, FieldVector other, int rows) throws IOException {
        return asked(() -> new RangeEqualsVisitor(one, other).rangeEquals(new Range(0, 0, rows)));
    }

    /** The message of a batch that a reader has loaded. */
    static ArrowMessage message(VectorSchemaRoot loaded, Schema schema) throws IOException {
        return asked(() -> {
            ArrowKind.refuseClosed(loaded);
            return ArrowMessage.batch(loaded, schema);
        });
    }

    interface Question<T> {
        T ask() throws IOException;
    }

    /** What Arrow throws for what it cannot read is of many types, and some of it is found out by who looks at it first. */
    static <T> T asked(Question<T> question) throws IOException {
        try {
            return question.ask();
        } catch (AtollException e) {
            throw e;
        } catch (RuntimeException | OutOfMemoryError | StackOverflowError | AssertionError e) {
            throw new IOException("the reader cannot go on: " + e, e);
        }
    }

    @SuppressWarnings({"deprecation", "removal"})
    private static long offset(Class<?> type, String name) {
        try {
            Field field = type.getDeclaredField(name);
            return UNSAFE.objectFieldOffset(field);
        } catch (NoSuchFieldException e) {
            return -1; // another version of Arrow, which may look itself
        }
    }

    private static final class Watched extends MessageChannelReader {
        private final MessageChannelReader messages;

        Watched(MessageChannelReader messages) {
            super(null, (BufferAllocator) null);
            this.messages = messages;
        }

        @Override
        public MessageResult readNext() throws IOException {
            MessageResult next = messages.readNext();
            if (next != null && next.getMessage().headerType() == MessageHeader.Schema) {
                String unreadable = ArrowSchemas.unreadable(next.getMessage());
                if (unreadable != null) {
                    throw new IOException("the stream " + unreadable);
                }
            }
            return next;
        }

        @Override
        public long bytesRead() {
            return messages.bytesRead();
        }

        @Override
        public void close() throws IOException {
            messages.close();
        }
    }
}
