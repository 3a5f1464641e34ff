package io.atoll.arrow;

import io.atoll.internal.compute.QueryWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a query computes of each row: a column, a value, or a scalar function of Arrow's of such.
 *
 * <pre>{@code
 * col("delay").gt(15).and(col("city").ne("Oslo"))
 * Expression.call("floor", col("time")).as("hour")
 * }</pre>
 *
 * Where a method takes an {@code Object} it is another expression, or a value as {@link #lit} takes it. A value that does not
 * change; any thread.
 *
 * @since 0.1
 */
public final class Expression {
    private final byte[] code;
    private final String text;
    private final @Nullable String name;

    private Expression(byte[] code, String text, @Nullable String name) {
        this.code = code;
        this.text = text;
        this.name = name;
    }

    /**
     * A column.
     *
     * @param name of the table, or of what an earlier step has made
     * @return the expression
     */
    public static Expression col(String name) {
        byte[] code = new QueryWriter()
                .kind(QueryWriter.COLUMN)
                .text(Objects.requireNonNull(name, "name"))
                .toByteArray();
        return new Expression(code, name, name);
    }

    /**
     * A value, the same for every row.
     *
     * @param value a boxed number or boolean, a string, or null
     * @return the expression
     * @throws IllegalArgumentException when it is another kind of value
     */
    public static Expression lit(@Nullable Object value) {
        ArrowInput.checkScalar(value);
        byte[] code = new QueryWriter().kind(QueryWriter.LITERAL).value(value).toByteArray();
        return new Expression(code, value instanceof String ? "\"" + value + "\"" : String.valueOf(value), null);
    }

    /**
     * A scalar function of Arrow's.
     *
     * @param function its name, as {@link ArrowCompute#functions} lists it
     * @param arguments in order
     * @return the expression
     */
    public static Expression call(String function, Object... arguments) {
        return call(function, (ArrowOptions) null, arguments);
    }

    /**
     * A scalar function of Arrow's.
     *
     * @param function its name, as {@link ArrowCompute#functions} lists it
     * @param options of it; null for its defaults
     * @param arguments in order
     * @return the expression
     */
    public static Expression call(String function, @Nullable ArrowOptions options, Object... arguments) {
        List<Expression> all = new ArrayList<>();
        Stream.of(arguments).map(Expression::of).forEach(all::add);
        QueryWriter code = new QueryWriter()
                .kind(QueryWriter.CALL)
                .text(Objects.requireNonNull(function, "function"))
                .sized(options == null ? null : options.bytes())
                .count(all.size());
        all.forEach(each -> code.write(each.code));
        String shown = all.stream().map(Expression::toString).collect(Collectors.joining(", "));
        return new Expression(code.toByteArray(), function + "(" + shown + ")", null);
    }

    private static Expression of(@Nullable Object value) {
        return value instanceof Expression expression ? expression : lit(value);
    }

    /**
     * The same under a name, for {@link TableQuery#project}.
     *
     * @param newName of the column that it becomes
     * @return the expression
     */
    public Expression as(String newName) {
        return new Expression(code, text, Objects.requireNonNull(newName, "newName"));
    }

    /** Whether it equals the other. */
    public Expression eq(Object other) {
        return call("equal", this, other);
    }

    /** Whether it differs from the other. */
    public Expression ne(Object other) {
        return call("not_equal", this, other);
    }

    /** Whether it is greater. */
    public Expression gt(Object other) {
        return call("greater", this, other);
    }

    /** Whether it is greater or equal. */
    public Expression ge(Object other) {
        return call("greater_equal", this, other);
    }

    /** Whether it is less. */
    public Expression lt(Object other) {
        return call("less", this, other);
    }

    /** Whether it is less or equal. */
    public Expression le(Object other) {
        return call("less_equal", this, other);
    }

    /** Whether both are true: SQL's and. */
    public Expression and(Object other) {
        return call("and_kleene", this, other);
    }

    /** Whether one of them is true: SQL's or. */
    public Expression or(Object other) {
        return call("or_kleene", this, other);
    }

    /** Whether it is false. */
    public Expression not() {
        return call("invert", this);
    }

    /** Whether it is null. */
    public Expression isNull() {
        return call("is_null", this);
    }

    /** The sum of both. */
    public Expression plus(Object other) {
        return call("add", this, other);
    }

    /** The difference. */
    public Expression minus(Object other) {
        return call("subtract", this, other);
    }

    /** The product. */
    public Expression times(Object other) {
        return call("multiply", this, other);
    }

    /** The quotient: of integers an integer. */
    public Expression dividedBy(Object other) {
        return call("divide", this, other);
    }

    byte[] code() {
        return code;
    }

    /** Null when it was given none, and is no column. */
    @Nullable
    String name() {
        return name;
    }

    @Override
    public String toString() {
        return text;
    }
}
