package io.atoll.internal.graph;

import io.atoll.StandInException;
import io.atoll.spi.UserThrowables;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** A throwable in words: needs none of its classes to be read. */
final class ErrorText {
    private static final int MAX_DEPTH = 64;
    private static final String OF_A_STAND_IN = "what it came with is one";

    private final String type;
    private final String message; // null when it has none
    private final StackTraceElement[] trace;
    private final ErrorText cause; // null when it has none
    private final List<ErrorText> suppressed;

    private ErrorText(
            String type, String message, StackTraceElement[] trace, ErrorText cause, List<ErrorText> suppressed) {
        this.type = type;
        this.message = message;
        this.trace = trace;
        this.cause = cause;
        this.suppressed = suppressed;
    }

    /** Whether so many causes lie inside each other that {@link #of} leaves some out. */
    static boolean isDeep(Throwable error) {
        return UserThrowables.chain(error).size() > MAX_DEPTH;
    }

    /** Whether {@link #of} may have left some causes out. */
    boolean isCut() {
        int depth = 0;
        for (ErrorText each = this; each != null; each = each.cause) {
            depth++;
        }
        return depth > MAX_DEPTH;
    }

    static ErrorText of(Throwable error) {
        return of(error, Collections.newSetFromMap(new IdentityHashMap<>()), 0);
    }

    private static ErrorText of(Throwable error, Set<Throwable> seen, int depth) {
        if (error == null || depth > MAX_DEPTH || !seen.add(error)) {
            return null;
        }
        List<ErrorText> suppressed = new ArrayList<>();
        for (Throwable each : error.getSuppressed()) {
            ErrorText text = of(each, seen, depth + 1);
            if (text != null) {
                suppressed.add(text);
            }
        }
        return new ErrorText(
                error.getClass().getName(),
                UserThrowables.message(error),
                UserThrowables.trace(error),
                of(UserThrowables.cause(error), seen, depth + 1),
                suppressed);
    }

    void writeTo(DataOutputStream out) throws IOException {
        write(out, type);
        write(out, message);
        writeTrace(out, trace);
        out.writeBoolean(cause != null);
        if (cause != null) {
            cause.writeTo(out);
        }
        out.writeInt(suppressed.size());
        for (ErrorText each : suppressed) {
            each.writeTo(out);
        }
    }

    static ErrorText readFrom(DataInputStream in) throws IOException {
        return readFrom(in, 0);
    }

    private static ErrorText readFrom(DataInputStream in, int depth) throws IOException {
        if (depth > MAX_DEPTH + 1) {
            throw new IOException("more than " + MAX_DEPTH + " causes inside each other");
        }
        String type = read(in);
        if (type == null) {
            throw new IOException("a throwable has no class");
        }
        String message = read(in);
        StackTraceElement[] trace = readTrace(in);
        ErrorText cause = in.readBoolean() ? readFrom(in, depth + 1) : null;
        List<ErrorText> suppressed = new ArrayList<>();
        for (int left = count(in); left > 0; left--) {
            suppressed.add(readFrom(in, depth + 1));
        }
        return new ErrorText(type, message, trace, cause, suppressed);
    }

    static void writeTrace(DataOutputStream out, StackTraceElement[] trace) throws IOException {
        out.writeInt(trace.length);
        for (StackTraceElement frame : trace) {
            write(out, frame.getClassName());
            write(out, frame.getMethodName());
            write(out, frame.getFileName());
            out.writeInt(frame.getLineNumber());
        }
    }

    static StackTraceElement[] readTrace(DataInputStream in) throws IOException {
        StackTraceElement[] trace = new StackTraceElement[count(in)];
        for (int i = 0; i < trace.length; i++) {
            trace[i] = frame(in);
        }
        return trace;
    }

    private static StackTraceElement frame(DataInputStream in) throws IOException {
        String type = read(in);
        String method = read(in);
        if (type == null || method == null) {
            throw new IOException("a stack frame has no class or method");
        }
        return new StackTraceElement(type, method, read(in), in.readInt());
    }

    /** @param text may be null */
    static void write(DataOutputStream out, String text) throws IOException {
        if (text == null) {
            out.writeInt(-1);
        } else {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            out.writeInt(bytes.length);
            out.write(bytes);
        }
    }

    /** What was written; may be null. */
    static String read(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length == -1) {
            return null;
        }
        if (length < 0 || length > in.available()) {
            throw new IOException("a text is said to have " + length + " bytes");
        }
        return new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }

    private static int count(DataInputStream in) throws IOException {
        int count = in.readInt();
        if (count < 0 || count > in.available()) {
            throw new IOException("a count is said to be " + count);
        }
        return count;
    }

    /** An exception that says what the original said, with its stack trace, cause and suppressed. */
    StandInException standIn(String why) {
        StandInException standIn =
                new StandInException(type, message, why, cause == null ? null : cause.standIn(OF_A_STAND_IN));
        standIn.setStackTrace(trace);
        for (ErrorText each : suppressed) {
            standIn.addSuppressed(each.standIn(OF_A_STAND_IN));
        }
        return standIn;
    }
}
