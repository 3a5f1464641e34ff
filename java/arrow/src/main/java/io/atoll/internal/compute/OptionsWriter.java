package io.atoll.internal.compute;

import io.atoll.internal.memory.ArrowMemory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.SmallIntVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.jspecify.annotations.Nullable;

/** Options as Arrow C++ itself has them when it writes them down: a struct with a field for each, and its type's name. */
public final class OptionsWriter {
    private static final String TYPE_NAME = "_type_name";

    private OptionsWriter() {}

    /** @throws IllegalArgumentException when it is no value that an option has */
    public static void check(String name, @Nullable Object value) {
        Field unused = field(name, value);
    }

    /** A stream of one batch of one row. */
    public static byte[] write(String type, Map<String, @Nullable Object> fields) {
        Map<String, @Nullable Object> all = new LinkedHashMap<>(fields);
        all.put(TYPE_NAME, type.getBytes(StandardCharsets.UTF_8));
        Field struct = field("options", all);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (FieldVector vector = struct.createVector(ArrowMemory.allocator())) {
            vector.allocateNew();
            set(vector, 0, all);
            vector.setValueCount(1);
            try (VectorSchemaRoot root = new VectorSchemaRoot(List.of(struct), List.of(vector), 1);
                    ArrowStreamWriter writer = new ArrowStreamWriter(root, null, bytes)) {
                writer.writeBatch();
                writer.end();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e); // of an array: it cannot be
        }
        return bytes.toByteArray();
    }

    private static Field field(String name, @Nullable Object value) {
        if (value instanceof Field given) { // null, of its type
            return new Field(name, FieldType.nullable(given.getType()), given.getChildren());
        } else if (value instanceof List<?> list) {
            return new Field(name, FieldType.nullable(ArrowType.List.INSTANCE), List.of(item(name, list)));
        } else if (value instanceof Map<?, ?> map) {
            List<Field> children = new ArrayList<>();
            map.forEach((key, each) -> children.add(field(String.valueOf(key), each)));
            return new Field(name, FieldType.nullable(ArrowType.Struct.INSTANCE), children);
        }
        return new Field(name, FieldType.nullable(type(name, value)), null);
    }

    private static Field item(String name, List<?> list) {
        Field first = list.isEmpty() ? Field.nullable("item", ArrowType.Null.INSTANCE) : field("item", list.get(0));
        for (Object each : list) {
            if (!field("item", each).equals(first)) {
                throw new IllegalArgumentException(
                        "option " + name + ": the values of a list are of one type, these are not: " + list);
            }
        }
        return first;
    }

    private static ArrowType type(String name, @Nullable Object value) {
        if (value == null) {
            return ArrowType.Null.INSTANCE;
        } else if (value instanceof ArrowType type) { // null, of that type
            return type;
        } else if (value instanceof Boolean) {
            return ArrowType.Bool.INSTANCE;
        } else if (value instanceof Byte) {
            return new ArrowType.Int(8, true);
        } else if (value instanceof Short) {
            return new ArrowType.Int(16, true);
        } else if (value instanceof Integer) {
            return new ArrowType.Int(32, true);
        } else if (value instanceof Long) {
            return new ArrowType.Int(64, true);
        } else if (value instanceof Float) {
            return new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE);
        } else if (value instanceof Double) {
            return new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);
        } else if (value instanceof String) {
            return ArrowType.Utf8.INSTANCE;
        } else if (value instanceof byte[]) {
            return ArrowType.Binary.INSTANCE;
        }
        throw new IllegalArgumentException(
                "option " + name + ": a " + value.getClass().getTypeName()
                        + " is none of the values that options have: numbers, booleans, strings, lists and types are");
    }

    private static void set(FieldVector vector, int index, @Nullable Object value) {
        if (value == null || value instanceof ArrowType || value instanceof Field) {
            vector.setNull(index);
        } else if (vector instanceof StructVector struct) {
            struct.setIndexDefined(index);
            ((Map<?, ?>) value).forEach((key, each) -> {
                FieldVector child = (FieldVector) struct.getChild(String.valueOf(key));
                set(child, index, each);
            });
        } else if (vector instanceof ListVector list) {
            int at = list.startNewValue(index);
            List<?> items = (List<?>) value;
            FieldVector child = list.getDataVector();
            for (int i = 0; i < items.size(); ++i) {
                if (child.getValueCapacity() <= at + i) {
                    child.reAlloc();
                }
                set(child, at + i, items.get(i));
            }
            child.setValueCount(at + items.size());
            list.endValue(index, items.size());
        } else if (vector instanceof BitVector flags) {
            flags.setSafe(index, (boolean) value ? 1 : 0);
        } else if (vector instanceof VarCharVector texts) {
            texts.setSafe(index, ((String) value).getBytes(StandardCharsets.UTF_8));
        } else if (vector instanceof VarBinaryVector bytes) {
            bytes.setSafe(index, (byte[]) value);
        } else if (vector instanceof Float8Vector numbers) {
            numbers.setSafe(index, (double) value);
        } else if (vector instanceof Float4Vector numbers) {
            numbers.setSafe(index, (float) value);
        } else if (vector instanceof BigIntVector numbers) {
            numbers.setSafe(index, (long) value);
        } else if (vector instanceof IntVector numbers) {
            numbers.setSafe(index, (int) value);
        } else if (vector instanceof SmallIntVector numbers) {
            numbers.setSafe(index, (short) value);
        } else if (vector instanceof TinyIntVector numbers) {
            numbers.setSafe(index, (byte) value);
        } else {
            throw new IllegalStateException(vector.getField() + " of " + value);
        }
    }
}
