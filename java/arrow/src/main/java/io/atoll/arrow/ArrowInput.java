package io.atoll.arrow;

import io.atoll.ObjectRef;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a function of Arrow's is given: a stored value, a column of a stored table, or a value that is not stored.
 *
 * @since 0.1
 */
public final class ArrowInput {
    private final @Nullable ObjectRef<?> ref;
    private final @Nullable String column;
    private final @Nullable Object value;

    private ArrowInput(@Nullable ObjectRef<?> ref, @Nullable String column, @Nullable Object value) {
        this.ref = ref;
        this.column = column;
        this.value = value;
    }

    /**
     * A stored value: a table, batch or vector, whose one column it stands for when it has one; a tensor of one axis; a primitive
     * array; a boxed number, a string or null, as a scalar; a result of another call.
     *
     * @param ref to it
     * @return the input
     */
    public static ArrowInput of(ObjectRef<?> ref) {
        return new ArrowInput(Objects.requireNonNull(ref, "ref"), null, null);
    }

    /**
     * One column of a stored table.
     *
     * @param ref to the table or batch
     * @param column its name
     * @return the input
     */
    public static ArrowInput column(ObjectRef<?> ref, String column) {
        return new ArrowInput(Objects.requireNonNull(ref, "ref"), Objects.requireNonNull(column, "column"), null);
    }

    /**
     * A scalar: it meets every value of the other inputs.
     *
     * @param value a boxed number or boolean, a string, or null
     * @return the input
     * @throws IllegalArgumentException when it is another kind of value
     */
    public static ArrowInput value(@Nullable Object value) {
        checkScalar(value);
        return new ArrowInput(null, null, value);
    }

    static void checkScalar(@Nullable Object value) {
        boolean isScalar = value instanceof Number
                || value instanceof Boolean
                || value instanceof Character
                || value instanceof String;
        if (value != null && !isScalar) {
            throw new IllegalArgumentException(
                    "a " + value.getClass().getTypeName() + " is no scalar: put it, and give its ref");
        }
    }

    @Nullable
    ObjectRef<?> ref() {
        return ref;
    }

    @Nullable
    String column() {
        return column;
    }

    @Nullable
    Object value() {
        return value;
    }
}
