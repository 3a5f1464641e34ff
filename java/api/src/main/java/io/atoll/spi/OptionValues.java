package io.atoll.spi;

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
        for (int i = 0; i < values.length; ++i) {
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
}
