package io.atoll.internal.graph;

import io.atoll.ObjectId;
import io.atoll.TaskException;
import io.atoll.internal.kinds.SimpleKinds;
import io.atoll.internal.memory.Encoded;
import io.atoll.internal.memory.Kind;
import io.atoll.internal.memory.RefFactory;
import io.atoll.internal.memory.Source;
import io.atoll.store.Memory;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/**
 * What a task threw. The bytes are its description by ourselves (classes, messages, stack traces, causes, suppressed),
 * which can always be read, and then the original: by Java's serialization, which keeps a throwable as its class wants
 * it; where that fails, as a graph of ours, which needs nothing to be Serializable:
 *
 * <pre>
 *   a description:  text | why there is no original, or null | bytes of the original by Java (int32) | the original
 *   with a graph:   bytes of the description (int64) | tag of the graph (int64) | description
 *                   the graph, at a multiple of 64
 * </pre>
 *
 * A throwable that cannot be made again where it is read becomes a {@link TaskException} that says the same.
 */
public final class ErrorKind {
    private static final int WITH_GRAPH = 1;
    private static final int HEAD = 16;
    private static final int ALIGNMENT = 64;
    private static final byte[] NO_ORIGINAL = {};

    private ErrorKind() {}

    public static Encoded encode(Throwable error) {
        byte[] original;
        try {
            NullMessages.keepAll(error);
            original = JavaBytes.write(error);
        } catch (IOException | RuntimeException | StackOverflowError e) {
            return encodeAsGraph(error);
        }
        return new SimpleKinds.Bytes(Kind.tag(Kind.ERROR, 0), description(error, null, original));
    }

    private static Encoded encodeAsGraph(Throwable error) {
        Encoded graph;
        try {
            graph = GraphKind.encode(error);
        } catch (RuntimeException | StackOverflowError e) {
            return new SimpleKinds.Bytes(
                    Kind.tag(Kind.ERROR, 0), description(error, "it cannot be stored: " + e.getMessage(), NO_ORIGINAL));
        }
        return new WithGraph(description(error, null, NO_ORIGINAL), graph);
    }

    private static byte[] description(Throwable error, String whyNoOriginal, byte[] original) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            DataOutputStream out = new DataOutputStream(bytes);
            ErrorText.of(error).writeTo(out);
            ErrorText.write(out, whyNoOriginal);
            out.writeInt(original.length);
            out.write(original);
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new AssertionError("writing to memory failed", e);
        }
    }

    public static Thrown decode(int detail, Source source, RefFactory refs) {
        try {
            return new Thrown(
                    detail == WITH_GRAPH ? fromGraph(source, refs) : fromDescription(source.copyOut(0, source.size())));
        } catch (IOException e) {
            throw source.damaged("an error's description makes no sense", e);
        }
    }

    private static Throwable fromGraph(Source source, RefFactory refs) throws IOException {
        source.checkRange(0, HEAD);
        long length = Memory.getLong(source.address());
        long tag = Memory.getLong(source.address() + 8);
        source.checkRange(HEAD, length);
        ErrorText text =
                ErrorText.readFrom(new DataInputStream(new ByteArrayInputStream(source.copyOut(HEAD, length))));
        long offset = graphOffset(length);
        if (Kind.of(tag) != Kind.GRAPH || offset > source.size()) {
            throw source.damaged("an error of kind " + Kind.of(tag) + " is said to lie at " + offset);
        }
        Source graph = new Source(source.address() + offset, source.size() - offset, source.lease());
        try {
            Object error = GraphKind.decode(Kind.detail(tag), graph, refs);
            source.addCopied(graph.copied());
            return error instanceof Throwable throwable
                    ? throwable
                    : text.standIn("a " + error.getClass().getName() + " is in its place");
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            return text.standIn("it cannot be made again here: " + e);
        }
    }

    private static long graphOffset(long descriptionBytes) {
        return HEAD + descriptionBytes + ALIGNMENT - 1 & -ALIGNMENT;
    }

    /** The throwable that was written, or a stand-in. */
    private static Throwable fromDescription(byte[] bytes) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        ErrorText text = ErrorText.readFrom(in);
        String whyNoOriginal = ErrorText.read(in);
        int length = in.readInt();
        if (length != in.available()) {
            throw new IOException("the original is said to have " + length + " bytes");
        }
        if (whyNoOriginal != null) {
            return text.standIn(whyNoOriginal);
        }
        try {
            return (Throwable) JavaBytes.read(in.readAllBytes());
        } catch (IOException | ClassNotFoundException | RuntimeException | LinkageError | StackOverflowError e) {
            return text.standIn("it cannot be made again here: " + e);
        }
    }

    /** A description and then the throwable as a graph. */
    private static final class WithGraph extends Encoded {
        private final byte[] description;
        private final Encoded graph;

        WithGraph(byte[] description, Encoded graph) {
            super(Kind.tag(Kind.ERROR, WITH_GRAPH), graphOffset(description.length) + graph.size());
            this.description = description;
            this.graph = graph;
        }

        @Override
        public ObjectId[] contained() {
            return graph.contained();
        }

        @Override
        public boolean hasBuffers() {
            return graph.hasBuffers();
        }

        @Override
        public void writeTo(long address) {
            Memory.putLong(address, description.length);
            Memory.putLong(address + 8, graph.tag());
            Memory.copyFromArray(description, description.length, address + HEAD);
            long end = HEAD + (long) description.length;
            long offset = graphOffset(description.length);
            Memory.fill(address + end, offset - end, (byte) 0);
            graph.writeTo(address + offset);
        }
    }

    /** An error that was read; not itself a value. */
    public record Thrown(Throwable throwable) {
        /** What to throw for it. */
        public RuntimeException unchecked() {
            if (throwable instanceof Error error) {
                throw error;
            }
            return throwable instanceof RuntimeException exception
                    ? exception
                    : new TaskException("the task threw " + throwable, throwable);
        }
    }
}
