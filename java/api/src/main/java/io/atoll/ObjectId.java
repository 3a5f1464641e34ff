package io.atoll;

import org.jspecify.annotations.Nullable;

/**
 * The name of an object in a store. An id is a place: it says in which store and in which entry the object is, so
 * finding it takes no look-up.
 *
 * @param store the random number of the store that made the id
 * @param place entry index (24 bits) and generation (40 bits)
 * @since 0.1
 */
public record ObjectId(long store, long place) {
    /** Bytes of an id wherever it is written down. */
    public static final int BYTES = 16;

    // By hand: what javac makes for a record costs a process some 50 ms when it is first used.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ObjectId id && id.store == store && id.place == place;
    }

    @Override
    public int hashCode() {
        long mixed = (store ^ place ^ place >>> 40) * 0x9e3779b97f4a7c15L;
        return (int) (mixed >>> 32);
    }

    /** All 32 hexadecimal digits. */
    @Override
    public String toString() {
        return String.format("%016x%016x", store, place);
    }
}
