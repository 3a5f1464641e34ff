package io.atoll.objects;

import io.atoll.TaskException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InvalidClassException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;

/**
 * What a task threw. The bytes are its description by ourselves (classes, messages, stack traces, causes, suppressed),
 * which can always be read, and then the serialized original, where that could be made. A throwable that cannot be made
 * again where it is read becomes a {@link TaskException} that says the same.
 */
final class ErrorKind {
    private ErrorKind() {}

    static Encoded encode(Throwable error) {
        return new SimpleKinds.Bytes(Kind.tag(Kind.ERROR, 0), bytes(error));
    }

    static byte[] bytes(Throwable error) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            DataOutputStream out = new DataOutputStream(bytes);
            ErrorText.of(error).writeTo(out);
            byte[] original = serialized(error);
            out.writeInt(original.length);
            out.write(original);
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new AssertionError("writing to memory failed", e);
        }
    }

    /** Empty when it cannot be. Java's own serialization keeps a throwable whole, which Fory's does not. */
    static byte[] serialized(Throwable error) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(error);
        } catch (IOException | RuntimeException | StackOverflowError e) {
            return new byte[0];
        }
        return bytes.toByteArray();
    }

    static Throwable deserialized(byte[] bytes) throws IOException, ClassNotFoundException {
        try (ObjectInputStream in = new LoadingStream(new ByteArrayInputStream(bytes))) {
            return (Throwable) in.readObject();
        }
    }

    static Thrown decode(Source source) {
        try {
            return new Thrown(throwable(source.copyOut(0, source.size())));
        } catch (IOException e) {
            throw source.damaged("an error's description makes no sense", e);
        }
    }

    /** The throwable that was written, or a stand-in. */
    static Throwable throwable(byte[] bytes) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        ErrorText text = ErrorText.readFrom(in);
        int length = in.readInt();
        if (length != in.available()) {
            throw new IOException("the original is said to have " + length + " bytes");
        }
        if (length == 0) {
            return text.standIn("it cannot be serialized");
        }
        try {
            return deserialized(in.readAllBytes());
        } catch (IOException | ClassNotFoundException | RuntimeException | LinkageError | StackOverflowError e) {
            return text.standIn("it cannot be made again here: " + e);
        }
    }

    /** An error that was read; not itself a value. */
    record Thrown(Throwable throwable) {
        /** What to throw for it. */
        RuntimeException unchecked() {
            if (throwable instanceof Error error) {
                throw error;
            }
            return throwable instanceof RuntimeException exception
                    ? exception
                    : new TaskException("the task threw " + throwable, throwable);
        }
    }

    /** Finds classes as the reading thread does. */
    private static final class LoadingStream extends ObjectInputStream {
        private final ClassLoader loader = Thread.currentThread().getContextClassLoader();
        private final AllowList allowed = AllowList.current();

        LoadingStream(InputStream in) throws IOException {
            super(in);
        }

        @Override
        protected Class<?> resolveClass(ObjectStreamClass description) throws IOException, ClassNotFoundException {
            if (!allowed.allows(description.getName())) {
                throw new InvalidClassException(allowed.refusal(description.getName()));
            }
            if (loader != null) {
                try {
                    return Class.forName(description.getName(), false, loader);
                } catch (ClassNotFoundException e) {
                    return super.resolveClass(description); // knows the names of primitive types
                }
            }
            return super.resolveClass(description);
        }
    }
}
