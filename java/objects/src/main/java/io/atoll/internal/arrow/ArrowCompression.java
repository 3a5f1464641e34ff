package io.atoll.internal.arrow;

import io.atoll.StoreException;
import io.atoll.internal.memory.Source;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.compression.CompressionCodec;
import org.apache.arrow.vector.compression.CompressionUtil;
import org.apache.arrow.vector.compression.NoCompressionCodec;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;

/**
 * Batches whose buffers are compressed: those are no views, but copies in memory of our own. The codecs are those of
 * {@code org.apache.arrow:arrow-compression}, when it is on the class path.
 */
public final class ArrowCompression {
    private static final int LENGTH_BYTES = 8;
    private static final long STORED_AS_IT_IS = -1;
    private static final int ZSTD_MAGIC = 0xfd2fb528;

    private ArrowCompression() {}

    public static boolean isCompressed(ArrowRecordBatch batch) {
        return batch.getBodyCompression().getCodec() != NoCompressionCodec.COMPRESSION_TYPE;
    }

    /**
     * The same batch without compression; the caller closes both.
     *
     * @param from address of its body, which ends before another: no codec may read outside
     */
    public static ArrowRecordBatch decompress(
            Source source, ArrowRecordBatch batch, long from, long to, BufferAllocator allocator) {
        CompressionUtil.CodecType type = CompressionUtil.CodecType.fromCompressionType(
                batch.getBodyCompression().getCodec());
        if (type == CompressionUtil.CodecType.NO_COMPRESSION) { // what Arrow takes an unknown one for
            throw source.damaged("its Arrow data is compressed by codec "
                    + batch.getBodyCompression().getCodec() + ", which nobody knows");
        }
        CompressionCodec codec = codec(type);
        List<ArrowBuf> plain = new ArrayList<>();
        try {
            for (ArrowBuf buffer : batch.getBuffers()) {
                ArrowCheck.checkInside(source, buffer, from, to);
                checkLength(source, type, buffer);
                buffer.getReferenceManager().retain(); // the codec releases it
                ArrowBuf whole = buffer.capacity() == 0 ? buffer : codec.decompress(allocator, buffer);
                if (whole.writerIndex() > whole.capacity()) {
                    whole.close();
                    throw source.damaged("a compressed buffer says that it is one of " + whole.writerIndex()
                            + " bytes, and holds " + whole.capacity());
                }
                plain.add(whole.slice(0, whole.writerIndex())); // the allocator makes it longer than asked
                source.addCopied(whole.writerIndex());
            }
            return new ArrowRecordBatch(
                    batch.getLength(),
                    batch.getNodes(),
                    plain,
                    NoCompressionCodec.DEFAULT_BODY_COMPRESSION,
                    batch.getVariadicBufferCounts(),
                    false,
                    false);
        } catch (OutOfMemoryError e) {
            plain.forEach(ArrowBuf::close);
            throw new StoreException(
                    "the compressed Arrow data in " + source.size() + " bytes does not fit the memory of this process: "
                            + e.getMessage(),
                    e);
        } catch (RuntimeException e) {
            plain.forEach(ArrowBuf::close);
            throw e;
        }
    }

    private static CompressionCodec codec(CompressionUtil.CodecType type) {
        try {
            return CompressionCodec.Factory.INSTANCE.createCodec(type);
        } catch (IllegalArgumentException e) {
            throw new StoreException(
                    "the object's Arrow data is compressed (" + type
                            + "): org.apache.arrow:arrow-compression, with that codec, is to be on the class path",
                    e);
        }
    }

    /** No compressor gets more into so few bytes than its format can say. */
    private static void checkLength(Source source, CompressionUtil.CodecType type, ArrowBuf buffer) {
        long bytes = buffer.capacity();
        if (bytes == 0) {
            return;
        }
        if (bytes < LENGTH_BYTES) {
            throw source.damaged("a compressed buffer has " + bytes + " bytes");
        }
        long length = buffer.getLong(0);
        long most = type == CompressionUtil.CodecType.ZSTD ? (bytes << 15) + (128 << 10) : (bytes << 8) + (64 << 10);
        if (length != STORED_AS_IT_IS && (length < 0 || length > most)) {
            throw source.damaged("a compressed buffer of " + bytes + " bytes says that it is one of " + length);
        }
        long content = type == CompressionUtil.CodecType.ZSTD ? zstdContent(buffer) : -1;
        if (length != STORED_AS_IT_IS && content >= 0 && length != content) {
            throw source.damaged("a compressed buffer says that it is one of " + length
                    + " bytes, and its ZSTD frame that it holds " + content);
        }
    }

    /**
     * How many bytes the buffer's frame says that it holds (RFC 8878, 3.1.1.1), negative when it does not say. Writers of
     * Arrow make one frame of a buffer.
     */
    private static long zstdContent(ArrowBuf buffer) {
        if (buffer.capacity() < LENGTH_BYTES + 5 || buffer.getInt(LENGTH_BYTES) != ZSTD_MAGIC) {
            return -1;
        }
        int descriptor = buffer.getByte(LENGTH_BYTES + 4);
        boolean isSingleSegment = (descriptor & 0x20) != 0;
        int widthBits = descriptor >> 6 & 3;
        int windowBytes = isSingleSegment ? 0 : 1;
        int dictionaryBytes = 1 << (descriptor & 3) >> 1; // 0, 1, 2 or 4
        int at = LENGTH_BYTES + 5 + windowBytes + dictionaryBytes;
        if ((widthBits == 0 && !isSingleSegment) || buffer.capacity() < at + (1 << widthBits)) {
            return -1;
        }
        switch (widthBits) {
            case 0:
                return buffer.getByte(at) & 0xff;
            case 1:
                return (buffer.getShort(at) & 0xffffL) + 256;
            case 2:
                return buffer.getInt(at) & 0xffff_ffffL;
            default:
                return buffer.getLong(at);
        }
    }
}
