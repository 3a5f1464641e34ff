package io.atoll.table;

import com.google.flatbuffers.FlatBufferBuilder;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.Schema;
import org.apache.arrow.vector.ipc.message.ArrowBlock;
import org.apache.arrow.vector.types.pojo.Field;

/** Makes an Arrow file of the messages of a stream, in whose byte order they are. */
final class ArrowFiles {
    private static final byte[] MAGIC = "ARROW1".getBytes(StandardCharsets.US_ASCII);
    private static final int ALIGNMENT = 8;

    private final ByteArrayOutputStream file = new ByteArrayOutputStream();
    private final List<ArrowBlock> dictionaries = new ArrayList<>();
    private final List<ArrowBlock> batches = new ArrayList<>();
    private Message schema;

    private ArrowFiles() {}

    static byte[] of(byte[] stream) {
        ArrowFiles files = new ArrowFiles();
        files.file.writeBytes(MAGIC);
        files.pad();
        files.messages(ByteBuffer.wrap(stream).order(ByteOrder.LITTLE_ENDIAN));
        byte[] footer = files.footer();
        files.file.writeBytes(footer);
        files.file.writeBytes(ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(footer.length)
                .array());
        files.file.writeBytes(MAGIC);
        return files.file.toByteArray();
    }

    private void pad() {
        while (file.size() % ALIGNMENT != 0) {
            file.write(0);
        }
    }

    private void messages(ByteBuffer stream) {
        while (stream.remaining() >= Integer.BYTES) {
            int first = stream.getInt();
            int metadata = first == -1 ? stream.getInt() : first;
            if (metadata == 0) {
                break;
            }
            int prefix = first == -1 ? 2 * Integer.BYTES : Integer.BYTES;
            byte[] head = new byte[metadata];
            stream.get(head);
            Message message = Message.getRootAsMessage(ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN));
            byte[] body = new byte[(int) message.bodyLength()];
            stream.get(body);
            if (message.headerType() == MessageHeader.Schema) {
                schema = message;
            }
            add(message, prefix, head, body);
        }
    }

    private void add(Message message, int prefix, byte[] head, byte[] body) {
        pad();
        ArrowBlock block = new ArrowBlock(file.size(), prefix + head.length, body.length);
        ByteBuffer before = ByteBuffer.allocate(prefix).order(ByteOrder.LITTLE_ENDIAN);
        if (prefix > Integer.BYTES) {
            before.putInt(-1);
        }
        file.writeBytes(before.putInt(head.length).array());
        file.writeBytes(head);
        file.writeBytes(body);
        if (message.headerType() == MessageHeader.RecordBatch) {
            batches.add(block);
        } else if (message.headerType() == MessageHeader.DictionaryBatch) {
            dictionaries.add(block);
        }
    }

    private byte[] footer() {
        FlatBufferBuilder builder = new FlatBufferBuilder();
        Schema from = (Schema) schema.header(new Schema());
        int[] fields = new int[from.fieldsLength()];
        for (int i = 0; i < fields.length; i++) {
            fields[i] = Field.convertField(from.fields(i)).getField(builder);
        }
        int[] pairs = new int[from.customMetadataLength()];
        for (int i = 0; i < pairs.length; i++) {
            KeyValue pair = from.customMetadata(i);
            pairs[i] = KeyValue.createKeyValue(
                    builder, builder.createString(pair.key()), builder.createString(pair.value()));
        }
        int fieldsVector = Schema.createFieldsVector(builder, fields);
        int pairsVector = Schema.createCustomMetadataVector(builder, pairs);
        Schema.startSchema(builder);
        Schema.addEndianness(builder, from.endianness());
        Schema.addFields(builder, fieldsVector);
        Schema.addCustomMetadata(builder, pairsVector);
        int written = Schema.endSchema(builder);
        Footer.startDictionariesVector(builder, dictionaries.size());
        int dictionariesVector = blocks(builder, dictionaries);
        Footer.startRecordBatchesVector(builder, batches.size());
        int batchesVector = blocks(builder, batches);
        Footer.startFooter(builder);
        Footer.addVersion(builder, schema.version());
        Footer.addSchema(builder, written);
        Footer.addDictionaries(builder, dictionariesVector);
        Footer.addRecordBatches(builder, batchesVector);
        builder.finish(Footer.endFooter(builder));
        return builder.sizedByteArray();
    }

    /** From the last to the first, as such a vector is written. */
    private static int blocks(FlatBufferBuilder builder, List<ArrowBlock> blocks) {
        for (int i = blocks.size() - 1; i >= 0; i--) {
            blocks.get(i).writeTo(builder);
        }
        return builder.endVector();
    }
}
