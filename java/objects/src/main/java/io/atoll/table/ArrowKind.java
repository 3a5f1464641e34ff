package io.atoll.table;

import io.atoll.UnserializableException;
import io.atoll.internal.arrow.ArrowSchemas;
import io.atoll.internal.arrow.ArrowStream;
import io.atoll.internal.arrow.ClosedVectors;
import io.atoll.internal.memory.Encoded;
import io.atoll.internal.memory.Kind;
import io.atoll.internal.memory.Source;
import io.atoll.internal.memory.ValueKind;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/** Tables, single batches and single vectors. */
final class ArrowKind extends ValueKind {
    private static final int TABLE = 0;
    private static final int BATCH = 1;
    private static final int VECTOR = 2;

    ArrowKind() {}

    static long tableTag() {
        return Kind.tag(Kind.ARROW, TABLE);
    }

    @Override
    public @Nullable Encoded encode(Object value) {
        try {
            return stream(value);
        } catch (IndexOutOfBoundsException | IllegalArgumentException | IllegalStateException e) {
            throw new UnserializableException("Arrow data that make no sense cannot be stored: " + e.getMessage(), e);
        }
    }

    private static @Nullable Encoded stream(Object value) {
        if (value instanceof Table table) {
            if (table.isClosed()) {
                throw new UnserializableException(
                        Table.class.getName() + " cannot be stored: it is closed. Put it before you close it");
            }
            table.batches().forEach(ArrowKind::refuseClosed);
            ClosedVectors.refuseDictionaries(table.batches(), table.ownDictionaries());
            return ArrowStream.of(TABLE, table.schema(), table.ownDictionaries(), table.batches(), table);
        } else if (value instanceof VectorSchemaRoot root) {
            refuseClosed(root);
            Schema schema = schema(root);
            refuseEncoded(schema.getFields());
            return ArrowStream.of(BATCH, schema, Map.of(), List.of(root), root);
        } else if (value instanceof FieldVector vector) {
            refuseEncoded(List.of(vector.getField()));
            ClosedVectors.refuse(vector);
            VectorSchemaRoot root = ArrowStream.rootOf(vector);
            return ArrowStream.of(VECTOR, new Schema(List.of(vector.getField())), Map.of(), List.of(root), vector);
        }
        return null;
    }

    /** As it was made, unless a writer has added children since: then of the vectors as they are. */
    private static Schema schema(VectorSchemaRoot root) {
        List<Field> fields =
                root.getFieldVectors().stream().map(FieldVector::getField).toList();
        Schema schema = root.getSchema();
        return areOfOneShape(schema.getFields(), fields) ? schema : new Schema(fields, schema.getCustomMetadata());
    }

    private static boolean areOfOneShape(List<Field> declared, List<Field> actual) {
        boolean same = declared.size() == actual.size();
        for (int i = 0; same && i < declared.size(); i++) {
            Field field = declared.get(i);
            same = field.getType() instanceof ArrowType.ExtensionType // whose vector may show that of its storage
                    || (field.getType().equals(actual.get(i).getType())
                            && areOfOneShape(field.getChildren(), actual.get(i).getChildren()));
        }
        return same;
    }

    static void refuseClosed(VectorSchemaRoot root) {
        for (FieldVector vector : root.getFieldVectors()) {
            if (vector.getValueCount() != root.getRowCount()) {
                throw new UnserializableException("column " + vector.getName() + " has " + vector.getValueCount()
                        + " rows and its batch " + root.getRowCount() + ": was it closed, or setRowCount forgotten?");
            }
            ClosedVectors.refuse(vector);
        }
    }

    private static void refuseEncoded(List<Field> fields) {
        Field encoded = ArrowSchemas.firstEncoded(fields);
        if (encoded != null) {
            throw new UnserializableException("column " + encoded.getName() + " is encoded with dictionary "
                    + encoded.getDictionary().getId()
                    + ", which is not given: put Table.of(provider, batches) instead");
        }
    }

    @Override
    public Object decode(int detail, Source source) {
        Table table = ArrowStreamView.read(source);
        if (detail == TABLE) {
            return table;
        }
        if (table.batches().size() != 1 || !table.ownDictionaries().isEmpty()) {
            table.close();
            throw source.damaged("one batch is expected, and no dictionary");
        }
        VectorSchemaRoot root = table.batches().get(0);
        if (detail == BATCH) {
            return root;
        }
        if (root.getFieldVectors().size() != 1) {
            table.close();
            throw source.damaged("one column is expected");
        }
        return root.getVector(0);
    }
}
