package io.atoll.examples.flights;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.arrow.compression.CommonsCompressionFactory;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.UInt1Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.compression.CompressionCodec;
import org.apache.arrow.vector.compression.CompressionUtil.CodecType;
import org.apache.arrow.vector.compression.NoCompressionCodec;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.ipc.ArrowWriter;
import org.apache.arrow.vector.ipc.message.IpcOption;

/** Small inputs for tests: {@value #ROWS} flights a batch, of other widths and in another order than the sample. */
final class Flights {
    static final int ROWS = 100;

    private Flights() {}

    enum Form {
        FILE,
        STREAM
    }

    /** Writes batches in which row {@code i} has distance 10 i, time i % 24 and delay i, but every tenth delay is null. */
    static Path write(Path file, Form form, int batches, CodecType codec) throws IOException {
        try (BufferAllocator allocator = new RootAllocator();
                BigIntVector distance = new BigIntVector("distance", allocator);
                VarCharVector carrier = new VarCharVector("carrier", allocator);
                Float8Vector delay = new Float8Vector("delay", allocator);
                UInt1Vector time = new UInt1Vector("time", allocator);
                VectorSchemaRoot root = new VectorSchemaRoot(List.of(distance, carrier, delay, time));
                OutputStream out = Files.newOutputStream(file);
                ArrowWriter writer = writer(root, form, codec, out)) {
            for (int row = 0; row < ROWS; row++) {
                distance.setSafe(row, 10L * row);
                carrier.setSafe(row, new byte[] {'A'});
                time.setSafe(row, row % 24);
                if (row % 10 == 0) {
                    delay.setNull(row);
                } else {
                    delay.setSafe(row, row);
                }
            }
            root.setRowCount(ROWS);
            writer.start();
            for (int batch = 0; batch < batches; batch++) {
                writer.writeBatch();
            }
            writer.end();
        }
        return file;
    }

    private static ArrowWriter writer(VectorSchemaRoot root, Form form, CodecType codec, OutputStream out) {
        CompressionCodec.Factory factory = codec == CodecType.NO_COMPRESSION
                ? NoCompressionCodec.Factory.INSTANCE
                : CommonsCompressionFactory.INSTANCE;
        WritableByteChannel channel = Channels.newChannel(out);
        return form == Form.FILE
                ? new ArrowFileWriter(root, null, channel, null, IpcOption.DEFAULT, factory, codec)
                : new ArrowStreamWriter(root, null, channel, IpcOption.DEFAULT, factory, codec);
    }
}
