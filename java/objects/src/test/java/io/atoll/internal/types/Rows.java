package io.atoll.internal.types;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/** Rows of the table of types: values of one library, and how two of a type are compared. */
final class Rows {
    /**
     * One value.
     *
     * @param seen what of the value is compared
     * @param isRefused whether it is to be refused
     */
    record Row(String library, String name, Supplier<?> value, Function<Object, Object> seen, boolean isRefused) {}

    private final String library;
    private final List<Row> rows = new ArrayList<>();

    Rows(String library) {
        this.library = library;
    }

    /** Compared by equals. */
    Rows equal(String name, Supplier<?> value) {
        return add(name, value, each -> each);
    }

    /** Each compared by equals, and named by its class. */
    Rows equal(Object... values) {
        for (Object each : values) {
            equal(each.getClass().getTypeName() + " " + each, () -> each);
        }
        return this;
    }

    /** Compared by its text. */
    Rows text(String name, Supplier<?> value) {
        return add(name, value, String::valueOf);
    }

    /** The one object: an enum constant, a singleton. */
    Rows same(Object value) {
        return add(value.getClass().getTypeName() + " " + value, () -> value, each -> each == value);
    }

    /** Compared by what a function makes of it. */
    @SuppressWarnings("unchecked")
    <T> Rows seen(String name, Supplier<T> value, Function<T, Object> seen) {
        return add(name, value, (Function<Object, Object>) (Function<?, ?>) seen);
    }

    Rows refused(String name, Supplier<?> value) {
        rows.add(new Row(library, name, value, each -> each, true));
        return this;
    }

    List<Row> all() {
        return rows;
    }

    private Rows add(String name, Supplier<?> value, Function<Object, Object> seen) {
        rows.add(new Row(library, name, value, seen, false));
        return this;
    }
}
