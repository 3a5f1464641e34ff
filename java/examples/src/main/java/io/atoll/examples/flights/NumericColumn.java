package io.atoll.examples.flights;

import java.math.BigDecimal;
import java.util.function.IntToDoubleFunction;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.util.Float16;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;

/** A numeric column of any width, read where it lies: nothing is copied, and no object is made for a row. */
public final class NumericColumn {
    private final FieldVector vector;
    private final boolean hasNulls;
    private final IntToDoubleFunction values;

    private NumericColumn(FieldVector vector) {
        this.vector = vector;
        this.hasNulls = vector.getNullCount() > 0;
        this.values = reader(vector);
    }

    public static NumericColumn of(FieldVector vector) {
        return new NumericColumn(vector);
    }

    /** Whether a field's values are numbers that this class reads. */
    static boolean isNumeric(Field field) {
        ArrowType type = field.getType();
        return field.getDictionary() == null
                && (type instanceof ArrowType.Int
                        || type instanceof ArrowType.FloatingPoint
                        || type instanceof ArrowType.Decimal);
    }

    boolean isNull(int row) {
        return hasNulls && vector.isNull(row);
    }

    public double get(int row) {
        return values.applyAsDouble(row);
    }

    private static IntToDoubleFunction reader(FieldVector vector) {
        ArrowType type = vector.getField().getType();
        ArrowBuf data = vector.getDataBuffer();
        if (type instanceof ArrowType.Int integer) {
            boolean signed = integer.getIsSigned();
            return switch (integer.getBitWidth()) {
                case 8 -> signed ? row -> data.getByte(row) : row -> data.getByte(row) & 0xff;
                case 16 -> signed ? row -> data.getShort(2L * row) : row -> data.getShort(2L * row) & 0xffff;
                case 32 -> signed ? row -> data.getInt(4L * row) : row -> data.getInt(4L * row) & 0xffffffffL;
                default -> signed ? row -> data.getLong(8L * row) : row -> unsigned(data.getLong(8L * row));
            };
        }
        if (type instanceof ArrowType.FloatingPoint floating) {
            return switch (floating.getPrecision()) {
                case HALF -> row -> Float16.toFloat(data.getShort(2L * row));
                case SINGLE -> row -> data.getFloat(4L * row);
                case DOUBLE -> row -> data.getDouble(8L * row);
            };
        }
        // The rare decimals are the exception: Arrow makes an object of each.
        return row -> ((BigDecimal) vector.getObject(row)).doubleValue();
    }

    private static double unsigned(long value) {
        return value >= 0 ? value : ((value >>> 1) | (value & 1)) * 2.0;
    }
}
