package io.atoll.examples.flights;

import java.util.function.IntToDoubleFunction;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.util.Float16;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;

/** A numeric column of any width, read where it lies: nothing is copied, and no object is made for a row. */
final class NumericColumn {
    private final FieldVector vector;
    private final IntToDoubleFunction values;

    private NumericColumn(FieldVector vector, IntToDoubleFunction values) {
        this.vector = vector;
        this.values = values;
    }

    static NumericColumn of(FieldVector vector) {
        return new NumericColumn(vector, reader(vector.getField().getType(), vector.getDataBuffer()));
    }

    /** Whether a field's values are numbers that this class reads. */
    static boolean isNumeric(Field field) {
        return field.getDictionary() == null
                && (field.getType() instanceof ArrowType.Int || field.getType() instanceof ArrowType.FloatingPoint);
    }

    boolean isNull(int row) {
        return vector.isNull(row);
    }

    double get(int row) {
        return values.applyAsDouble(row);
    }

    private static IntToDoubleFunction reader(ArrowType type, ArrowBuf data) {
        if (type instanceof ArrowType.Int integer) {
            boolean signed = integer.getIsSigned();
            return switch (integer.getBitWidth()) {
                case 8 -> signed ? row -> data.getByte(row) : row -> data.getByte(row) & 0xff;
                case 16 -> signed ? row -> data.getShort(2L * row) : row -> data.getShort(2L * row) & 0xffff;
                case 32 -> signed ? row -> data.getInt(4L * row) : row -> data.getInt(4L * row) & 0xffffffffL;
                default -> signed ? row -> data.getLong(8L * row) : row -> unsigned(data.getLong(8L * row));
            };
        }
        FloatingPointPrecision precision = ((ArrowType.FloatingPoint) type).getPrecision();
        return switch (precision) {
            case HALF -> row -> Float16.toFloat(data.getShort(2L * row));
            case SINGLE -> row -> data.getFloat(4L * row);
            case DOUBLE -> row -> data.getDouble(8L * row);
        };
    }

    private static double unsigned(long value) {
        return value >= 0 ? value : (value >>> 1 | value & 1) * 2.0;
    }
}
