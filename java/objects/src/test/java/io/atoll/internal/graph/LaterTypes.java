package io.atoll.internal.graph;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ExtensionTypeVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.UuidVector;
import org.apache.arrow.vector.complex.LargeListViewVector;
import org.apache.arrow.vector.complex.ListViewVector;
import org.apache.arrow.vector.complex.RunEndEncodedVector;
import org.apache.arrow.vector.extension.OpaqueType;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;

/** Vectors of the types that the Arrow format has got since 2020, by name. */
public final class LaterTypes {
    private static final int ROWS = 90;
    private static final FieldType INT = FieldType.nullable(new ArrowType.Int(32, true));

    public static final Map<String, Function<BufferAllocator, FieldVector>> ALL = new TreeMap<>(Map.of(
            "list view", LaterTypes::listViews,
            "large list view", LaterTypes::largeListViews,
            "run ends", LaterTypes::runs,
            "uuid", LaterTypes::uuids,
            "opaque", LaterTypes::opaque));

    private LaterTypes() {}

    /** The lists lie in the reverse order of the rows, and share values. */
    private static FieldVector listViews(BufferAllocator allocator) {
        ListViewVector vector = ListViewVector.empty("v", allocator);
        vector.addOrGetVector(INT);
        vector.setInitialCapacity(ROWS);
        vector.allocateNew();
        fillInts((IntVector) vector.getDataVector());
        for (int i = 0; i < ROWS; i++) {
            vector.setOffset(i, i % 4 == 3 ? 0 : ROWS - i);
            vector.setSize(i, i % 4 == 3 ? 0 : i % 5);
            vector.setValidity(i, i % 4 == 3 ? 0 : 1);
        }
        vector.setValueCount(ROWS);
        ((IntVector) vector.getDataVector()).setValueCount(2 * ROWS);
        return vector;
    }

    private static FieldVector largeListViews(BufferAllocator allocator) {
        LargeListViewVector vector = LargeListViewVector.empty("v", allocator);
        vector.addOrGetVector(INT);
        vector.setInitialCapacity(ROWS);
        vector.allocateNew();
        fillInts((IntVector) vector.getDataVector());
        for (int i = 0; i < ROWS; i++) {
            vector.setOffset(i, i % 4 == 3 ? 0 : ROWS - i);
            vector.setSize(i, i % 4 == 3 ? 0 : i % 5);
            vector.setValidity(i, i % 4 == 3 ? 0 : 1);
        }
        vector.setValueCount(ROWS);
        ((IntVector) vector.getDataVector()).setValueCount(2 * ROWS);
        return vector;
    }

    private static void fillInts(IntVector ints) {
        for (int i = 0; i < 2 * ROWS; i++) {
            if (i % 7 == 2) {
                ints.setNull(i);
            } else {
                ints.setSafe(i, i * i);
            }
        }
        ints.setValueCount(2 * ROWS);
    }

    /** Runs of one row to four, some of nulls. */
    private static FieldVector runs(BufferAllocator allocator) {
        Field field = new Field(
                "v",
                FieldType.notNullable(ArrowType.RunEndEncoded.INSTANCE),
                List.of(
                        new Field("run_ends", FieldType.notNullable(new ArrowType.Int(32, true)), null),
                        new Field("values", INT, null)));
        RunEndEncodedVector vector = (RunEndEncodedVector) field.createVector(allocator);
        IntVector ends = (IntVector) vector.getRunEndsVector();
        IntVector values = (IntVector) vector.getValuesVector();
        int runs = 0;
        for (int end = 0; end < ROWS; runs++) {
            end = Math.min(ROWS, end + 1 + runs % 4);
            ends.setSafe(runs, end);
            if (runs % 5 == 3) {
                values.setNull(runs);
            } else {
                values.setSafe(runs, runs);
            }
        }
        ends.setValueCount(runs);
        values.setValueCount(runs);
        vector.setValueCount(ROWS);
        return vector;
    }

    private static FieldVector uuids(BufferAllocator allocator) {
        UuidVector vector = new UuidVector("v", allocator);
        vector.allocateNew();
        for (int i = 0; i < ROWS; i++) {
            if (i % 3 == 1) {
                vector.setNull(i);
            } else {
                vector.setSafe(i, new UUID(0x0123456789abcdefL * i, -i));
            }
        }
        vector.setValueCount(ROWS);
        return vector;
    }

    private static FieldVector opaque(BufferAllocator allocator) {
        FieldType type = FieldType.nullable(new OpaqueType(new ArrowType.Int(32, true), "acme", "atoll"));
        FieldVector vector = new Field("v", type, null).createVector(allocator);
        IntVector storage = (IntVector) ((ExtensionTypeVector<?>) vector).getUnderlyingVector();
        for (int i = 0; i < ROWS; i++) {
            if (i % 3 != 1) {
                storage.setSafe(i, -i);
            }
        }
        vector.setValueCount(ROWS);
        return vector;
    }
}
