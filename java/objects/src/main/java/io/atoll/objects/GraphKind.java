package io.atoll.objects;

import io.atoll.ObjectId;
import io.atoll.UnserializableException;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;

/** Graphs of any objects, by Apache Fory. */
final class GraphKind {
    private static final int MAX_DEPTH = 1000;
    private static final ConcurrentLinkedDeque<GraphCoder> IDLE = new ConcurrentLinkedDeque<>();

    private GraphKind() {}

    static void warmUp() {
        GraphCoder coder = take();
        byte[] bytes = coder.write(List.of(1, "one"));
        coder.read(bytes, id -> null);
        IDLE.push(coder);
    }

    static Encoded encode(Object value) {
        GraphCoder coder = take();
        byte[] bytes;
        try {
            bytes = coder.write(value);
        } catch (RuntimeException | StackOverflowError e) {
            throw new UnserializableException(value.getClass().getName() + " cannot be stored: " + e.getMessage(), e);
        }
        Encoded encoded = new Graph(bytes, coder.ids());
        IDLE.push(coder);
        return encoded;
    }

    static Object decode(int detail, Source source, ObjectCodec codec) {
        byte[] bytes = source.copyOut(0, source.size());
        GraphCoder coder = take();
        Object value = coder.read(bytes, codec.refs());
        IDLE.push(coder);
        return value;
    }

    private static GraphCoder take() {
        GraphCoder coder = IDLE.poll();
        return coder != null ? coder : new GraphCoder(loader(), MAX_DEPTH);
    }

    private static ClassLoader loader() {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        return context != null ? context : GraphKind.class.getClassLoader();
    }

    private static final class Graph extends Encoded {
        private final byte[] bytes;
        private final ObjectId[] contained;

        Graph(byte[] bytes, ObjectId[] contained) {
            super(Kind.tag(Kind.GRAPH, 0), bytes.length);
            this.bytes = bytes;
            this.contained = contained;
        }

        @Override
        public ObjectId[] contained() {
            return contained;
        }

        @Override
        public void writeTo(long address) {
            io.atoll.store.Memory.copyFromArray(bytes, bytes.length, address);
        }
    }
}
