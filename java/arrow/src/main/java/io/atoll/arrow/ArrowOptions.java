package io.atoll.arrow;

import io.atoll.internal.compute.OptionsWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

/**
 * Options of a function of Arrow's, by the names that Arrow C++ gives them. What is not said is the function's default.
 *
 * <pre>{@code
 * ArrowOptions.of("RoundOptions").with("ndigits", 2)
 * ArrowOptions.of("MatchSubstringOptions").with("pattern", "late").with("ignore_case", true)
 * }</pre>
 *
 * A value that does not change; any thread.
 *
 * @since 0.1
 */
public final class ArrowOptions {
    private final String type;
    private final Map<String, @Nullable Object> fields;

    private ArrowOptions(String type, Map<String, @Nullable Object> fields) {
        this.type = type;
        this.fields = fields;
    }

    /**
     * Options that say nothing yet.
     *
     * @param type its name in Arrow C++, which {@link ArrowFunction#options} tells
     * @return the options
     */
    public static ArrowOptions of(String type) {
        return new ArrowOptions(Objects.requireNonNull(type, "type"), Map.of());
    }

    /**
     * These options with one of their fields.
     *
     * @param name as Arrow C++ has it
     * @param value a boxed number, for an enumeration as well, which Arrow's headers number; a boolean; a string; a list of such
     *     values, or of maps from names to such values; an {@link ArrowType} or a {@link Field} where a type is asked for; or null
     * @return other options
     * @throws IllegalArgumentException when it is another kind of value
     */
    public ArrowOptions with(String name, @Nullable Object value) {
        OptionsWriter.check(Objects.requireNonNull(name, "name"), value);
        Map<String, @Nullable Object> more = new LinkedHashMap<>(fields);
        more.put(name, value instanceof List<?> list ? new ArrayList<>(list) : value);
        return new ArrowOptions(type, more);
    }

    /** As native code reads them. */
    byte[] bytes() {
        return OptionsWriter.write(type, fields);
    }

    @Override
    public String toString() {
        return type + fields;
    }
}
