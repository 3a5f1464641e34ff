package io.atoll.arrow;

import java.util.Objects;

/**
 * What rows are sorted by: a column, ascending, or descending. Nulls come last.
 *
 * @param column its name
 * @param isDescending whether the largest comes first
 * @since 0.1
 */
public record SortKey(String column, boolean isDescending) {
    /** Checks what is given. */
    public SortKey {
        Objects.requireNonNull(column, "column");
    }

    /**
     * The smallest first.
     *
     * @param column its name
     * @return the key
     */
    public static SortKey ascending(String column) {
        return new SortKey(column, false);
    }

    /**
     * The largest first.
     *
     * @param column its name
     * @return the key
     */
    public static SortKey descending(String column) {
        return new SortKey(column, true);
    }
}
