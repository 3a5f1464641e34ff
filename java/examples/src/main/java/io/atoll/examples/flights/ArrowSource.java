package io.atoll.examples.flights;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.arrow.compression.CommonsCompressionFactory;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.ArrowStreamReader;

/** Arrow IPC in either of its forms, compressed or not. */
record ArrowSource(ArrowReader reader) implements FlightsInput.Source {
    /** What a stream's first message begins with, since Arrow 0.15. */
    private static final int CONTINUATION = 0xffffffff;

    static ArrowSource file(Path file, BufferAllocator allocator) throws IOException {
        return new ArrowSource(
                new ArrowFileReader(FileChannel.open(file), allocator, CommonsCompressionFactory.INSTANCE));
    }

    static ArrowSource stream(Path file, BufferAllocator allocator) throws IOException {
        return new ArrowSource(new ArrowStreamReader(
                new BufferedInputStream(Files.newInputStream(file)), allocator, CommonsCompressionFactory.INSTANCE));
    }

    static boolean looksLikeStream(byte[] head) {
        return head.length >= 8
                && ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).getInt() == CONTINUATION;
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
