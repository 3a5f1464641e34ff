package io.atoll.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.internal.objects.Fixture;
import io.atoll.jni.NativeLibrary;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.compression.CommonsCompressionFactory;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.SmallIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.impl.UnionListWriter;
import org.apache.arrow.vector.compression.CompressionCodec;
import org.apache.arrow.vector.compression.CompressionUtil.CodecType;
import org.apache.arrow.vector.compression.NoCompressionCodec;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.ipc.ArrowWriter;
import org.apache.arrow.vector.ipc.message.IpcOption;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.Test;

/** Streams and files of Arrow with one byte changed, one after the other: a table, or one kind of exception, and nothing stays. */
class TornBytesTest {
    private static final int STRIDE = 3;

    static {
        NativeLibrary.isAvailable(); // opens java.nio to Arrow
    }

    @Test
    void shouldEndInOneKindOfExceptionWhicheverByteIsWrong() throws IOException {
        List<String> wrong = new ArrayList<>();
        try (Fixture fixture = new Fixture()) {
            for (boolean isFile : List.of(false, true)) {
                for (CodecType codec : List.of(CodecType.NO_COMPRESSION, CodecType.LZ4_FRAME)) {
                    byte[] bytes = written(isFile, codec);
                    for (int i = 0; i < bytes.length; i += STRIDE) {
                        byte[] torn = bytes.clone();
                        torn[i] ^= (byte) (i % 2 == 0 ? 0xff : 1 << i % 8);
                        String outcome = CrashersTest.byReader(fixture, torn, isFile);
                        if (outcome == null && !isFile) {
                            outcome = CrashersTest.stored(fixture, torn, 0);
                        }
                        if (outcome != null) {
                            wrong.add((isFile ? "file" : "stream") + " by " + codec + ", byte " + i + ": " + outcome);
                        }
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    /** A column of lists and one that is encoded, its dictionary as large as is worth compressing. */
    private static byte[] written(boolean isFile, CodecType codec) throws IOException {
        DictionaryEncoding encoding = new DictionaryEncoding(1, false, new ArrowType.Int(16, true));
        Schema schema = new Schema(List.of(
                new Field("word", new FieldType(true, encoding.getIndexType(), encoding), null),
                new Field(
                        "numbers",
                        FieldType.nullable(new ArrowType.List()),
                        List.of(Field.nullable("item", new ArrowType.Int(32, true))))));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (RootAllocator allocator = new RootAllocator();
                VarCharVector words = new VarCharVector("words", allocator);
                VectorSchemaRoot root = VectorSchemaRoot.create(schema, allocator)) {
            words.setSafe(0, "a".repeat(300).getBytes(StandardCharsets.UTF_8));
            words.setSafe(1, "b".getBytes(StandardCharsets.UTF_8));
            words.setValueCount(2);
            DictionaryProvider provider = new DictionaryProvider.MapDictionaryProvider(new Dictionary(words, encoding));
            try (ArrowWriter writer = writer(isFile, codec, root, provider, bytes)) {
                for (int batch = 0; batch < 2; batch++) {
                    fill(root);
                    writer.writeBatch();
                }
                writer.end();
            }
        }
        return bytes.toByteArray();
    }

    private static ArrowWriter writer(
            boolean isFile,
            CodecType codec,
            VectorSchemaRoot root,
            DictionaryProvider provider,
            ByteArrayOutputStream to) {
        CompressionCodec.Factory codecs = codec == CodecType.NO_COMPRESSION
                ? NoCompressionCodec.Factory.INSTANCE
                : CommonsCompressionFactory.INSTANCE;
        return isFile
                ? new ArrowFileWriter(root, provider, Channels.newChannel(to), null, IpcOption.DEFAULT, codecs, codec)
                : new ArrowStreamWriter(root, provider, Channels.newChannel(to), IpcOption.DEFAULT, codecs, codec);
    }

    private static void fill(VectorSchemaRoot root) {
        root.allocateNew();
        UnionListWriter lists = ((ListVector) root.getVector("numbers")).getWriter();
        for (int i = 0; i < 3; i++) {
            ((SmallIntVector) root.getVector("word")).setSafe(i, i % 2);
            lists.setPosition(i);
            lists.startList();
            lists.writeInt(i);
            lists.endList();
        }
        lists.setValueCount(3);
        root.setRowCount(3);
    }
}
