package io.atoll.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.flatbuffers.FlatBufferBuilder;
import io.atoll.AtollException;
import io.atoll.ObjectId;
import io.atoll.internal.memory.Kind;
import io.atoll.internal.objects.Fixture;
import io.atoll.internal.store.Memory;
import io.atoll.internal.store.ObjectStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.List;
import org.apache.arrow.flatbuf.Endianness;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Arrow data in the other byte order is never read as wrong numbers; also without Arrow's golden files. */
class ByteOrderTest {
    private final Fixture fixture = Fixture.shared();
    private final BufferAllocator allocator = new RootAllocator();

    @AfterEach
    void close() {
        allocator.close();
        fixture.close();
    }

    /** A column of the numbers 1 and 256; what the schema says of their byte order is all that differs. */
    private byte[] stream(short endianness) throws Exception {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        Schema schema;
        int schemaBytes;
        try (IntVector numbers = new IntVector("n", allocator);
                VectorSchemaRoot root = VectorSchemaRoot.of(numbers)) {
            numbers.allocateNew(2);
            numbers.set(0, 1);
            numbers.set(1, 256);
            root.setRowCount(2);
            schema = root.getSchema();
            try (ArrowStreamWriter writer = new ArrowStreamWriter(root, null, stream)) {
                writer.start();
                schemaBytes = stream.size();
                writer.writeBatch();
            }
        }
        ByteArrayOutputStream changed = new ByteArrayOutputStream();
        changed.writeBytes(schemaMessage(schema.getFields(), endianness));
        byte[] all = stream.toByteArray();
        changed.write(all, schemaBytes, all.length - schemaBytes);
        return changed.toByteArray();
    }

    private static byte[] schemaMessage(List<Field> fields, short endianness) {
        FlatBufferBuilder builder = new FlatBufferBuilder();
        int[] written = fields.stream().mapToInt(each -> each.getField(builder)).toArray();
        int vector = org.apache.arrow.flatbuf.Schema.createFieldsVector(builder, written);
        org.apache.arrow.flatbuf.Schema.startSchema(builder);
        org.apache.arrow.flatbuf.Schema.addEndianness(builder, endianness);
        org.apache.arrow.flatbuf.Schema.addFields(builder, vector);
        int header = org.apache.arrow.flatbuf.Schema.endSchema(builder);
        builder.finish(Message.createMessage(builder, MetadataVersion.V5, MessageHeader.Schema, header, 0, 0));
        byte[] message = builder.sizedByteArray();
        int padded = message.length + 7 & -8;
        return ByteBuffer.allocate(8 + padded)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(-1)
                .putInt(padded)
                .put(message)
                .array();
    }

    private ObjectId stored(byte[] bytes) {
        try (ObjectStore.Creation creation =
                fixture.store.create(null, bytes.length, 0, Kind.tag(Kind.ARROW, 0), Duration.ZERO)) {
            Memory.copyFromArray(bytes, bytes.length, creation.address());
            creation.seal();
            return creation.id();
        }
    }

    @Test
    void shouldReadItsOwn() throws Exception {
        ObjectId id = stored(stream(Endianness.Little));
        try (Table table = (Table) fixture.codec.get(id, Duration.ZERO)) {
            IntVector numbers = (IntVector) table.batches().get(0).getVector("n");
            assertThat(List.of(numbers.get(0), numbers.get(1))).containsExactly(1, 256);
        }
        fixture.store.dereference(id);
    }

    @Test
    void shouldRefuseTheOtherOneByName() throws Exception {
        byte[] big = stream(Endianness.Big);
        ObjectId id = stored(big);
        assertThatThrownBy(() -> fixture.codec.get(id, Duration.ZERO))
                .isInstanceOf(AtollException.class)
                .hasMessageContaining("big-endian");
        fixture.store.dereference(id);
        try (ArrowStreamReader reader = new ArrowStreamReader(new ByteArrayInputStream(big), allocator)) {
            assertThatThrownBy(() -> Table.readAll(reader)).hasMessageContaining("big-endian");
        }
        assertThat(fixture.pins()).isZero();
    }
}
