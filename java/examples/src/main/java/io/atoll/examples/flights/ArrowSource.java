package io.atoll.examples.flights;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.arrow.compression.CommonsCompressionFactory;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.ArrowStreamReader;

/** Arrow IPC in either of its forms, compressed or not. */
record ArrowSource(ArrowReader reader) implements FlightsInput.Source {
    static ArrowSource file(Path file, BufferAllocator allocator) throws IOException {
        return file(FileChannel.open(file), allocator);
    }

    static ArrowSource file(SeekableByteChannel channel, BufferAllocator allocator) {
        return new ArrowSource(new ArrowFileReader(channel, allocator, CommonsCompressionFactory.INSTANCE));
    }

    static ArrowSource stream(Path file, BufferAllocator allocator) throws IOException {
        return new ArrowSource(new ArrowStreamReader(
                new BufferedInputStream(Files.newInputStream(file)), allocator, CommonsCompressionFactory.INSTANCE));
    }

    @Override
    public void close() throws IOException {
        reader.close();
        ExtractedLibraries.delete("libzstd-jni");
    }
}
