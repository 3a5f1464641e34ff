package io.atoll.spi;

import java.io.File;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** Checks what is given to {@link io.atoll.AtollOptions.Builder}. */
public final class OptionValues {
    private OptionValues() {}

    /**
     * Throws {@link NullPointerException} when there is a null among them.
     *
     * @param <T> type of the values
     * @param option its name
     * @param values given to it
     * @return the same
     */
    public static <T> T[] withoutNull(String option, T[] values) {
        for (int i = 0; i < Objects.requireNonNull(values, option).length; ++i) {
            Objects.requireNonNull(values[i], option + ": number " + i + ", from 0, is null");
        }
        return values;
    }

    /**
     * Throws {@link IllegalArgumentException} when a value is too small.
     *
     * @param least that it takes
     * @param value given to it
     * @param option its name
     * @return the value
     */
    public static long atLeast(long least, long value, String option) {
        if (value < least) {
            throw new IllegalArgumentException(option + ": " + value + " asked; it takes " + least + " or more");
        }
        return value;
    }

    /**
     * Throws {@link IllegalArgumentException} when a value is too small or too large.
     *
     * @param least that it takes
     * @param most that it takes
     * @param value given to it
     * @param option its name
     * @return the value
     */
    public static long between(long least, long most, long value, String option) {
        if (value > most) {
            throw new IllegalArgumentException(option + ": " + value + " asked; it takes " + most + " at most");
        }
        return atLeast(least, value, option);
    }

    /**
     * Throws {@link IllegalArgumentException} when no variable of an environment can have that name and value.
     *
     * @param option its name
     * @param name given to it
     * @param value given to it
     */
    public static void checkVariable(String option, String name, String value) {
        Objects.requireNonNull(name, option + ": the name");
        Objects.requireNonNull(value, option + ": the value of " + name);
        if (name.isEmpty() || name.indexOf('=') >= 0 || name.indexOf('\0') >= 0 || value.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(option + ": no variable can be \"" + name + "=" + value + '"');
        }
    }

    /**
     * With one more, or another value for a name.
     *
     * @param values by name
     * @param name of the one
     * @param value of the one
     * @return a new map
     */
    public static Map<String, String> with(Map<String, String> values, String name, String value) {
        Map<String, String> changed = new LinkedHashMap<>(values);
        changed.put(name, value);
        return Map.copyOf(changed);
    }

    /**
     * Throws {@link IllegalArgumentException} when an entry of a class path would be two.
     *
     * @param option its name
     * @param entries given to it
     */
    public static void checkClassPath(String option, Path[] entries) {
        for (Path each : withoutNull(option, entries)) {
            if (each.toAbsolutePath().toString().contains(File.pathSeparator)) {
                throw new IllegalArgumentException(option + ": " + each + " has a \"" + File.pathSeparator
                        + "\" in its name, which divides the entries of a class path");
            }
        }
    }
}
