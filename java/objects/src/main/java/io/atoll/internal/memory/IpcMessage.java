package io.atoll.internal.memory;

import com.google.flatbuffers.FlatBufferBuilder;
import io.atoll.internal.store.Memory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MetadataVersion;

/**
 * An encapsulated message of the Arrow IPC format, as it lies in memory:
 *
 * <pre>
 *   ff ff ff ff | metadata bytes (int32) | Message flatbuffer, padded | body
 * </pre>
 *
 * Ours are padded so that the body begins at a multiple of 64 when the message does.
 */
public final class IpcMessage {
    public static final int PREFIX = 8;
    static final int ALIGNMENT = 64;
    private static final int OLD_PREFIX = 4;
    private static final int CONTINUATION = -1;

    private IpcMessage() {}

    /** Finishes a Message around a header that was just built; with up to one pair of metadata of its own. */
    public static byte[] finish(
            FlatBufferBuilder builder, byte headerType, int header, long bodyBytes, String key, String value) {
        int metadata = 0;
        if (key != null) {
            int pair = KeyValue.createKeyValue(builder, builder.createString(key), builder.createString(value));
            metadata = Message.createCustomMetadataVector(builder, new int[] {pair});
        }
        Message.startMessage(builder);
        Message.addVersion(builder, MetadataVersion.V5);
        Message.addHeaderType(builder, headerType);
        Message.addHeader(builder, header);
        Message.addBodyLength(builder, bodyBytes);
        if (key != null) {
            Message.addCustomMetadata(builder, metadata);
        }
        builder.finish(Message.endMessage(builder));
        return builder.sizedByteArray();
    }

    /** Bytes of prefix and metadata, padding included. */
    public static long headBytes(byte[] flatbuffer) {
        return align(PREFIX + (long) flatbuffer.length);
    }

    public static long align(long bytes) {
        return bytes + ALIGNMENT - 1 & -ALIGNMENT;
    }

    /** Writes prefix and metadata; returns where the body begins. */
    public static long writeHead(byte[] flatbuffer, long address) {
        long head = headBytes(flatbuffer);
        Memory.putInt(address, CONTINUATION);
        Memory.putInt(address + 4, (int) head - PREFIX);
        Memory.copyFromArray(flatbuffer, flatbuffer.length, address + PREFIX);
        Memory.fill(address + PREFIX + flatbuffer.length, head - PREFIX - flatbuffer.length, (byte) 0);
        return address + head;
    }

    /** Bytes of what the message at an offset begins with: before Arrow 0.15 the length alone. */
    public static int prefixBytes(Source source, long offset) {
        source.checkRange(offset, OLD_PREFIX);
        return Memory.getInt(source.address() + offset) == CONTINUATION ? PREFIX : OLD_PREFIX;
    }

    /** Bytes of the metadata of the message whose prefix ends at an offset; 0 at the end of a stream. */
    public static int metadataBytes(Source source, long offset) {
        source.checkRange(offset - Integer.BYTES, Integer.BYTES);
        int bytes = Memory.getInt(source.address() + offset - Integer.BYTES);
        if (bytes < 0 || bytes > source.size() - offset) {
            throw source.damaged("no Arrow message begins before " + offset);
        }
        return bytes;
    }

    /** The metadata at an offset: a copy, which costs less than a buffer over the bytes. */
    public static Message metadata(Source source, long offset, int bytes) {
        byte[] copy = new byte[bytes];
        Memory.copyToArray(source.address() + offset, copy, bytes);
        return Message.getRootAsMessage(ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN));
    }
}
