package io.atoll.internal.compute;

import io.atoll.internal.memory.Encoded;
import io.atoll.internal.objects.ObjectCodec;
import io.atoll.internal.store.Memory;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Writes queries and expressions as {@code native/src/arrow/compute/query_code.h} reads them. One thread. */
public final class QueryWriter {
    public static final int COLUMN = 1;
    public static final int LITERAL = 2;
    public static final int CALL = 3;

    public static final int FILTER = 1;
    public static final int PROJECT = 2;
    public static final int AGGREGATE = 3;
    public static final int ORDER = 4;
    public static final int LIMIT = 5;
    public static final int JOIN = 6;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    public byte[] toByteArray() {
        return bytes.toByteArray();
    }

    public QueryWriter kind(int kind) {
        bytes.write(kind);
        return this;
    }

    public QueryWriter count(int count) {
        return write(ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(count)
                .array());
    }

    public QueryWriter number(long number) {
        return write(ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(number)
                .array());
    }

    public QueryWriter text(String text) {
        return sized(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Behind their number; nothing for null. */
    public QueryWriter sized(byte @Nullable [] some) {
        return some == null ? count(0) : count(some.length).write(some);
    }

    /** As they are. */
    public QueryWriter write(byte[] some) {
        bytes.writeBytes(some);
        return this;
    }

    /** As it would be stored. */
    public QueryWriter value(@Nullable Object value) {
        Encoded encoded = ObjectCodec.withoutStore().encode(value);
        byte[] copy = new byte[(int) encoded.size()];
        long block = Memory.allocate(Math.max(1, encoded.size()));
        try {
            encoded.writeTo(block);
            Memory.copyToArray(block, copy, copy.length);
        } finally {
            Memory.free(block);
        }
        return number(encoded.tag()).sized(copy);
    }
}
