package io.atoll.internal.graph;

import io.atoll.DeadlockException;
import io.atoll.ObjectId;
import io.atoll.StandInException;
import io.atoll.TaskCancelledException;
import io.atoll.TaskException;
import io.atoll.WorkerDiedException;
import io.atoll.concurrent.TaskTimeoutException;
import io.atoll.internal.kinds.SimpleKinds;
import io.atoll.internal.memory.Encoded;
import io.atoll.internal.memory.Kind;
import io.atoll.internal.memory.RefFactory;
import io.atoll.internal.memory.Source;
import io.atoll.internal.store.Memory;
import io.atoll.spi.UserThrowables;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;

/**
 * Why a task has no result. The bytes are a head, which is all of the {@link TaskException} but its cause, and the cause:
 * what the task threw. That is described by ourselves (classes, messages, stack traces, causes, suppressed), which can
 * always be read, and then stored as it is: by Java's serialization, which keeps a throwable as its class wants it; where
 * that fails, as a graph of ours, which needs nothing to be Serializable:
 *
 * <pre>
 *   a description:  head | whether there is a cause (a byte), and if so:
 *                   text | why there is no original, or null | bytes of the original by Java (int32) | the original
 *   with a graph:   bytes of the description (int64) | tag of the graph (int64) | description
 *                   the graph, at a multiple of 64
 * </pre>
 *
 * A throwable that cannot be made again where it is read becomes a {@link StandInException} that says the same.
 */
public final class ErrorKind {
    private static final int WITH_GRAPH = 1;
    private static final int HEAD = 16;
    private static final int ALIGNMENT = 64;
    private static final byte[] NO_ORIGINAL = {};
    private static final String NOT_AGAIN = "it cannot be made again here: ";

    private ErrorKind() {}

    public static Encoded encode(TaskException failure) {
        Throwable cause = failure.getCause();
        byte[] original = NO_ORIGINAL;
        if (cause != null) {
            try {
                NullMessages.keepAll(cause);
                original =
                        ErrorText.isDeep(cause) ? DeepStack.call(() -> JavaBytes.write(cause)) : JavaBytes.write(cause);
            } catch (Throwable e) { // whatever a user's writeObject throws
                return encodeAsGraph(failure);
            }
        }
        return new SimpleKinds.Bytes(Kind.tag(Kind.ERROR, 0), description(failure, null, original));
    }

    private static Encoded encodeAsGraph(TaskException failure) {
        Encoded graph;
        try {
            graph = GraphKind.encode(failure.getCause());
        } catch (Throwable e) {
            return new SimpleKinds.Bytes(
                    Kind.tag(Kind.ERROR, 0),
                    description(failure, "it cannot be stored: " + UserThrowables.message(e), NO_ORIGINAL));
        }
        return new WithGraph(description(failure, null, NO_ORIGINAL), graph);
    }

    private static byte[] description(TaskException failure, String whyNoOriginal, byte[] original) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            DataOutputStream out = new DataOutputStream(bytes);
            Head.of(failure).writeTo(out);
            Throwable cause = failure.getCause();
            out.writeBoolean(cause != null);
            if (cause != null) {
                ErrorText.of(cause).writeTo(out);
                ErrorText.write(out, whyNoOriginal);
                out.writeInt(original.length);
                out.write(original);
            }
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

    private static TaskException fromGraph(Source source, RefFactory refs) throws IOException {
        source.checkRange(0, HEAD);
        long length = Memory.getLong(source.address());
        long tag = Memory.getLong(source.address() + 8);
        source.checkRange(HEAD, length);
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(source.copyOut(HEAD, length)));
        Head head = Head.readFrom(in);
        if (!in.readBoolean()) {
            throw new IOException("an error without a cause has one");
        }
        ErrorText text = ErrorText.readFrom(in);
        long offset = graphOffset(length);
        if (Kind.of(tag) != Kind.GRAPH || offset > source.size()) {
            throw source.damaged("an error of kind " + Kind.of(tag) + " is said to lie at " + offset);
        }
        return head.with(cause(
                Kind.detail(tag),
                new Source(source.address() + offset, source.size() - offset, source.lease()),
                text,
                source,
                refs));
    }

    private static Throwable cause(int detail, Source graph, ErrorText text, Source whole, RefFactory refs) {
        try {
            Object error = GraphKind.decode(detail, graph, refs);
            whole.addCopied(graph.copied());
            return original(error, text);
        } catch (Throwable e) { // whatever a user's readObject throws
            return text.standIn(NOT_AGAIN + UserThrowables.text(e));
        }
    }

    private static long graphOffset(long descriptionBytes) {
        return HEAD + descriptionBytes + ALIGNMENT - 1 & -ALIGNMENT;
    }

    private static TaskException fromDescription(byte[] bytes) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        Head head = Head.readFrom(in);
        return head.with(in.readBoolean() ? cause(in) : null);
    }

    /** The throwable that was written, or a stand-in. */
    private static Throwable cause(DataInputStream in) throws IOException {
        ErrorText text = ErrorText.readFrom(in);
        String whyNoOriginal = ErrorText.read(in);
        int length = in.readInt();
        if (length != in.available()) {
            throw new IOException("the original is said to have " + length + " bytes");
        }
        if (whyNoOriginal != null) {
            return text.standIn(whyNoOriginal);
        }
        byte[] bytes = in.readAllBytes();
        try {
            return original(text.isCut() ? DeepStack.call(() -> JavaBytes.read(bytes)) : JavaBytes.read(bytes), text);
        } catch (Throwable e) { // whatever a user's readObject throws
            return text.standIn(NOT_AGAIN + UserThrowables.text(e));
        }
    }

    private static Throwable original(Object read, ErrorText text) {
        if (read instanceof Throwable throwable) {
            return throwable;
        }
        return text.standIn((read == null ? "null" : "a " + read.getClass().getName()) + " is in its place");
    }

    /**
     * All of a {@link TaskException} but its cause, as bytes.
     *
     * @param what one of the constants: which exception it is
     * @param ending how the worker died; null when it did not
     */
    private record Head(
            byte what,
            String message,
            String task,
            long worker,
            int attempt,
            String ending,
            StackTraceElement[] trace) {
        private static final byte THREW = 0;
        private static final byte DIED = 1;
        private static final byte CANCELLED = 2;
        private static final byte DEADLOCK = 3;
        private static final byte OVERDUE = 4;

        private static final String INTERNAL = "io.atoll.internal.";
        /** A JVM gives 1024 to an exception: those, and some of who asks. One that many tasks pass on gets no longer. */
        private static final int MOST_FRAMES = 1088;
        /** Of one that is likely to be passed on by a hundred thousand: each of them reads and writes it. */
        private static final int MOST_OF_A_DEADLOCK = 64;

        static Head of(TaskException failure) {
            String ending = failure instanceof WorkerDiedException died ? died.ending() : null;
            byte what = THREW;
            if (ending != null) {
                what = DIED;
            } else if (failure instanceof TaskCancelledException) {
                what = CANCELLED;
            } else if (failure instanceof TaskTimeoutException) {
                what = OVERDUE;
            } else if (failure instanceof DeadlockException) {
                what = DEADLOCK;
            }
            return new Head(
                    what,
                    failure.getMessage(),
                    failure.taskName(),
                    failure.workerPid(),
                    failure.attempt(),
                    ending,
                    failure.getStackTrace());
        }

        void writeTo(DataOutputStream out) throws IOException {
            out.writeByte(what);
            ErrorText.write(out, message);
            ErrorText.write(out, task);
            out.writeLong(worker);
            out.writeInt(attempt);
            ErrorText.write(out, ending);
            ErrorText.writeTrace(out, trace);
        }

        static Head readFrom(DataInputStream in) throws IOException {
            byte what = in.readByte();
            String message = ErrorText.read(in);
            String task = ErrorText.read(in);
            if (task == null) {
                throw new IOException("the task that failed has no name");
            }
            long worker = in.readLong();
            int attempt = in.readInt();
            String ending = ErrorText.read(in);
            if (what < THREW || what > OVERDUE || (what == DIED) != (ending != null)) {
                throw new IOException("a failure of kind " + what + " with the ending " + ending);
            }
            return new Head(what, message, task, worker, attempt, ending, ErrorText.readTrace(in));
        }

        /** The exception, with the stack trace that was stored. */
        TaskException with(Throwable cause) {
            TaskException failure = switch (what) {
                case DIED -> new WorkerDiedException(message, task, worker, attempt, ending);
                case CANCELLED -> new TaskCancelledException(message, task, worker, attempt, cause);
                case OVERDUE -> new TaskTimeoutException(message, task, worker, attempt);
                case DEADLOCK -> new DeadlockException(message, task);
                default -> new TaskException(message, task, worker, attempt, cause);
            };
            failure.setStackTrace(trace);
            return failure;
        }

        /** Adds the frames of the thread that asks: from the call on that its user has made. */
        static void addFrames(TaskException failure) {
            StackTraceElement[] stored = failure.getStackTrace();
            int room = (failure instanceof DeadlockException ? MOST_OF_A_DEADLOCK : MOST_FRAMES) - stored.length;
            if (room <= 0) {
                return; // Those of a deep stack are not even taken.
            }
            StackTraceElement[] caller = new Throwable().getStackTrace();
            int from = 0;
            while (from < caller.length - 1 && caller[from].getClassName().startsWith(INTERNAL)) {
                from++;
            }
            int added = Math.min(caller.length - from, room);
            StackTraceElement[] all = Arrays.copyOf(stored, stored.length + added);
            System.arraycopy(caller, from, all, stored.length, added);
            failure.setStackTrace(all);
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

    /**
     * An error that was read; not itself a value.
     *
     * @param failure as it was stored, with the frames of the worker alone
     */
    public record Thrown(TaskException failure) {
        /** To be thrown here: with the frames of the calling thread behind those of the worker. */
        public TaskException here() {
            Head.addFrames(failure);
            return failure;
        }
    }
}
