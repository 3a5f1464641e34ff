package io.atoll.internal.compute;

import io.atoll.F0;
import io.atoll.F1;
import io.atoll.F2;
import io.atoll.F3;
import io.atoll.F4;
import io.atoll.F5;
import io.atoll.F6;
import io.atoll.F7;
import io.atoll.F8;
import io.atoll.internal.memory.StoredBytes;
import io.atoll.table.Table;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A call of a function of Arrow's, or a query, but for what is stored: the function of a task whose arguments are that.
 *
 * @param function its name
 * @param result name of the class that it must give
 * @param options of {@link OptionsWriter}, null for the function's own; or the code of a query
 * @param inputs in order
 * @param isQuery whether it is a query
 */
@SuppressWarnings("NullAway") // it takes what a function's type variable stands for as never null
public record ComputeCall(
        String function, String result, byte @Nullable [] options, List<Input> inputs, boolean isQuery)
        implements F0<@Nullable Object>,
                F1<StoredBytes, @Nullable Object>,
                F2<StoredBytes, StoredBytes, @Nullable Object>,
                F3<StoredBytes, StoredBytes, StoredBytes, @Nullable Object>,
                F4<StoredBytes, StoredBytes, StoredBytes, StoredBytes, @Nullable Object>,
                F5<StoredBytes, StoredBytes, StoredBytes, StoredBytes, StoredBytes, @Nullable Object>,
                F6<StoredBytes, StoredBytes, StoredBytes, StoredBytes, StoredBytes, StoredBytes, @Nullable Object>,
                F7<
                        StoredBytes,
                        StoredBytes,
                        StoredBytes,
                        StoredBytes,
                        StoredBytes,
                        StoredBytes,
                        StoredBytes,
                        @Nullable Object>,
                F8<
                        StoredBytes,
                        StoredBytes,
                        StoredBytes,
                        StoredBytes,
                        StoredBytes,
                        StoredBytes,
                        StoredBytes,
                        StoredBytes,
                        @Nullable Object> {
    /** How many of the inputs may be stored. */
    static final int MOST_STORED = 8;

    private static final List<Class<?>> RESULTS = List.of(
            Table.class,
            Boolean.class,
            Byte.class,
            Short.class,
            Integer.class,
            Long.class,
            Float.class,
            Double.class,
            String.class);

    /**
     * One of its inputs.
     *
     * @param isStored whether it is the next of the task's arguments
     * @param column of a table; null for all of it
     * @param value what is not stored
     */
    public record Input(
            boolean isStored,
            @Nullable String column,
            @Nullable Object value) {}

    /**
     * Of a function.
     *
     * @throws IllegalArgumentException when none gives such a result
     */
    public static ComputeCall of(Class<?> result, String function, byte @Nullable [] options, List<Input> inputs) {
        if (RESULTS.stream().noneMatch(result::isAssignableFrom)) {
            throw new IllegalArgumentException(function + ": no function of Arrow's gives a " + result.getTypeName()
                    + ", only " + RESULTS.stream().map(Class::getSimpleName).collect(Collectors.joining(", ")));
        }
        return new ComputeCall(function, result.getName(), options, inputs, false);
    }

    /**
     * What it has given, in the worker.
     *
     * @param given class of that
     * @throws ClassCastException when another result was asked for
     */
    void checkResult(Class<?> given) {
        if (!isA(given)) {
            throw new ClassCastException(
                    function + " gives a " + given.getSimpleName() + " here, and a " + result + " was asked for");
        }
    }

    /** By its name, since the class may be one that is not here. */
    private boolean isA(Class<?> given) {
        for (Class<?> each = given; each != null; each = each.getSuperclass()) {
            if (each.getName().equals(result)
                    || Stream.of(each.getInterfaces())
                            .anyMatch(one -> one.getName().equals(result))) {
                return true;
            }
        }
        return false;
    }

    /** A query over so many stored tables. */
    public static ComputeCall query(byte[] code, int tables) {
        return new ComputeCall(
                "query", Table.class.getName(), code, Collections.nCopies(tables, new Input(true, null, null)), true);
    }

    @Override
    public @Nullable Object call() {
        return ComputeTask.run(this);
    }

    @Override
    public @Nullable Object call(StoredBytes a) {
        return ComputeTask.run(this, a);
    }

    @Override
    public @Nullable Object call(StoredBytes a, StoredBytes b) {
        return ComputeTask.run(this, a, b);
    }

    @Override
    public @Nullable Object call(StoredBytes a, StoredBytes b, StoredBytes c) {
        return ComputeTask.run(this, a, b, c);
    }

    @Override
    public @Nullable Object call(StoredBytes a, StoredBytes b, StoredBytes c, StoredBytes d) {
        return ComputeTask.run(this, a, b, c, d);
    }

    @Override
    public @Nullable Object call(StoredBytes a, StoredBytes b, StoredBytes c, StoredBytes d, StoredBytes e) {
        return ComputeTask.run(this, a, b, c, d, e);
    }

    @Override
    public @Nullable Object call(
            StoredBytes a, StoredBytes b, StoredBytes c, StoredBytes d, StoredBytes e, StoredBytes f) {
        return ComputeTask.run(this, a, b, c, d, e, f);
    }

    @Override
    public @Nullable Object call(
            StoredBytes a, StoredBytes b, StoredBytes c, StoredBytes d, StoredBytes e, StoredBytes f, StoredBytes g) {
        return ComputeTask.run(this, a, b, c, d, e, f, g);
    }

    @Override
    public @Nullable Object call(
            StoredBytes a,
            StoredBytes b,
            StoredBytes c,
            StoredBytes d,
            StoredBytes e,
            StoredBytes f,
            StoredBytes g,
            StoredBytes h) {
        return ComputeTask.run(this, a, b, c, d, e, f, g, h);
    }
}
