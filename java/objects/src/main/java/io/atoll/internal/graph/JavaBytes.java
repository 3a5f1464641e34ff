package io.atoll.internal.graph;

import io.atoll.internal.codecs.AllowList;
import io.atoll.internal.fields.Refusal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InvalidClassException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import org.apache.fory.config.Config;
import org.apache.fory.context.ReadContext;
import org.apache.fory.context.WriteContext;
import org.apache.fory.memory.MemoryBuffer;
import org.apache.fory.serializer.Serializer;

/**
 * Values by Java's own serialization. When they are read, the allow-list holds, and an array or table may be no longer
 * than the bytes account for: its stored length is otherwise believed before a single element is read.
 */
public final class JavaBytes {
    /** What an empty map may ask for. */
    private static final long SMALL = 1024;

    /** A map of few entries has a table of so many places for each of its bytes, at most. */
    private static final long PLACES_PER_BYTE = 4;

    private JavaBytes() {}

    /** @throws IOException also when some part of the value is not Serializable */
    public static byte[] write(Object value) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(value);
        }
        return bytes.toByteArray();
    }

    public static Object read(byte[] bytes) throws IOException, ClassNotFoundException {
        try (ObjectInputStream in = new LoadingStream(new ByteArrayInputStream(bytes))) {
            in.setObjectInputFilter(
                    ObjectInputFilter.merge(limit(bytes.length), ObjectInputFilter.Config.getSerialFilter()));
            return in.readObject();
        }
    }

    /** The length of an array or table up to which so many bytes may account for it. */
    static long longestArray(long bytes) {
        return SMALL + PLACES_PER_BYTE * bytes;
    }

    private static ObjectInputFilter limit(long bytes) {
        long longest = longestArray(bytes);
        return info ->
                info.arrayLength() > longest ? ObjectInputFilter.Status.REJECTED : ObjectInputFilter.Status.UNDECIDED;
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

        @Override
        protected Class<?> resolveProxyClass(String[] interfaces) throws IOException, ClassNotFoundException {
            for (String each : interfaces) {
                if (!allowed.allows(each)) {
                    throw new InvalidClassException(allowed.refusal(each));
                }
            }
            return super.resolveProxyClass(interfaces);
        }
    }

    /** Inside a graph. */
    static final class InGraph<T> extends Serializer<T> {
        InGraph(Config config, Class<T> type) {
            super(config, type);
        }

        @Override
        public void write(WriteContext context, T value) {
            byte[] bytes;
            try {
                bytes = JavaBytes.write(value);
            } catch (IOException e) {
                throw new Refusal.Refused(
                        getType(),
                        "it has a say in its serialization, and some part of it is not Serializable",
                        value,
                        e);
            }
            context.writeVarUInt32(bytes.length);
            context.getBuffer().writeBytes(bytes);
        }

        @Override
        public T read(ReadContext context) {
            int length = context.readVarUInt32();
            MemoryBuffer buffer = context.getBuffer();
            if (length < 0 || length > buffer.remaining()) {
                throw new IllegalStateException(
                        "a serialized " + getType().getName() + " is said to have " + length + " bytes");
            }
            try {
                return getType().cast(JavaBytes.read(buffer.readBytes(length)));
            } catch (IOException | ClassNotFoundException e) {
                throw new IllegalStateException(getType().getName() + " cannot be made again here: " + e, e);
            }
        }
    }
}
