package io.atoll.table;

import io.atoll.internal.arrow.ArrowSchemas;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.vector.ipc.SeekableReadChannel;
import org.jspecify.annotations.Nullable;

/**
 * What an Arrow file ends with:
 *
 * <pre>
 *   Footer flatbuffer | its bytes (int32) | "ARROW1"
 * </pre>
 */
final class FileFooter {
    private static final byte[] MAGIC = "ARROW1".getBytes(StandardCharsets.US_ASCII);
    private static final int TAIL = Integer.BYTES + MAGIC.length;

    private FileFooter() {}

    /**
     * Throws when the file, by its schema, would be read wrongly. What is no file of Arrow's is left to its reader. The
     * reader finds its own position before each read.
     */
    static void check(SeekableReadChannel file) throws IOException {
        ByteBuffer footer = footer(file);
        String unreadable;
        try {
            unreadable = footer == null
                    ? null
                    : ArrowSchemas.unreadable(Footer.getRootAsFooter(footer).schema());
        } catch (IndexOutOfBoundsException | IllegalArgumentException | NullPointerException e) {
            return; // it makes no sense, as its reader will say
        }
        if (unreadable != null) {
            throw new IOException("the file " + unreadable);
        }
    }

    private static @Nullable ByteBuffer footer(SeekableReadChannel file) throws IOException {
        long size = file.size();
        if (size < TAIL) {
            return null;
        }
        ByteBuffer tail = read(file, size - TAIL, TAIL);
        int bytes = tail.getInt(0);
        boolean isFile = Arrays.equals(tail.array(), Integer.BYTES, TAIL, MAGIC, 0, MAGIC.length);
        if (!isFile || bytes <= 0 || bytes > size - TAIL) {
            return null;
        }
        return read(file, size - TAIL - bytes, bytes);
    }

    private static ByteBuffer read(SeekableReadChannel file, long at, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        file.setPosition(at);
        if (file.readFully(buffer) != bytes) {
            throw new IOException("the file ends before " + (at + bytes));
        }
        return buffer.flip();
    }
}
