package io.atoll.internal.call;

import io.atoll.ObjectId;
import io.atoll.internal.objects.ObjectCodec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/** Reads the function and the arguments out of a call that {@link CallWriter} wrote. Used by one thread. */
public final class CallReader {
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

    private final byte[] bytes;
    private final UnsafeBuffer record;
    private int at;

    public CallReader(byte[] bytes) {
        this.bytes = bytes;
        this.record = new UnsafeBuffer(bytes);
        at = CallRecord.nameAt(record);
    }

    /** How to get at the value of a dependency. */
    public interface Dependencies {
        /** @param form name of the class that it is to be seen as; null: as it is */
        @Nullable
        Object value(ObjectId id, @Nullable String form) throws Throwable;

        /** What the function of a stream emits to. */
        default Object emitter() {
            throw new IllegalArgumentException("a call that is no stream has an emitter");
        }
    }

    /** Comes first. */
    public String name() {
        return string();
    }

    /** Comes second. */
    public FunctionDescriptor function() {
        return new FunctionDescriptor(integer(), string(), string(), string());
    }

    /** Comes last. */
    public @Nullable Object[] arguments(ObjectCodec codec, Dependencies dependencies) throws Throwable {
        int count = integer();
        if (count < 0 || count > bytes.length) { // each takes a byte at least
            throw new IllegalArgumentException("a call of " + bytes.length + " bytes has " + count + " arguments");
        }
        @Nullable Object[] arguments = new Object[count];
        for (int i = 0; i < arguments.length; ++i) {
            byte kind = record.getByte(at++);
            switch (kind) {
                case CallRecord.NULL -> arguments[i] = null;
                case CallRecord.TRUE -> arguments[i] = true;
                case CallRecord.FALSE -> arguments[i] = false;
                case CallRecord.INT -> arguments[i] = integer();
                case CallRecord.LONG -> {
                    arguments[i] = record.getLong(at, ORDER);
                    at += Long.BYTES;
                }
                case CallRecord.DOUBLE -> {
                    arguments[i] = record.getDouble(at, ORDER);
                    at += Double.BYTES;
                }
                case CallRecord.STRING -> arguments[i] = string();
                case CallRecord.ENCODED -> arguments[i] = encoded(codec);
                case CallRecord.EMITTER -> arguments[i] = dependencies.emitter();
                case CallRecord.REF -> arguments[i] = dependencies.value(dependency(), null);
                case CallRecord.SEEN_REF -> arguments[i] = dependencies.value(dependency(), string());
                default ->
                    throw new IllegalArgumentException(
                            "argument " + i + " is given in a way that is not known: " + kind);
            }
        }
        return arguments;
    }

    private @Nullable Object encoded(ObjectCodec codec) {
        long tag = record.getLong(at, ORDER);
        int size = record.getInt(at + Long.BYTES, ORDER);
        at += Long.BYTES + Integer.BYTES;
        Object value = codec.decode(tag, ByteBuffer.wrap(bytes, at, size));
        at += size;
        return value;
    }

    private ObjectId dependency() {
        return CallRecord.numberedId(record, integer());
    }

    private int integer() {
        int value = record.getInt(at, ORDER);
        at += Integer.BYTES;
        return value;
    }

    private String string() {
        String text = record.getStringUtf8(at, ORDER);
        at += Integer.BYTES + record.getInt(at, ORDER);
        return text;
    }
}
