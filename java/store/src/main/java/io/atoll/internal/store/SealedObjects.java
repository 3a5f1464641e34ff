package io.atoll.internal.store;

import java.util.Arrays;

/**
 * What is known of some sealed objects that are not pinned: it may be otherwise a moment later. Not thread-safe.
 */
public final class SealedObjects {
    private long[] sizes = new long[8];
    private long[] tags = new long[8];
    private int count;
    private boolean onDisk;

    public SealedObjects() {}

    public void add(long size, long tag, boolean isOnDisk) {
        if (count == sizes.length) {
            sizes = Arrays.copyOf(sizes, 2 * count);
            tags = Arrays.copyOf(tags, 2 * count);
        }
        sizes[count] = size;
        tags[count] = tag;
        onDisk |= isOnDisk;
        ++count;
    }

    /** How many they are. */
    public int count() {
        return count;
    }

    /** Whether one of them at least has to be read from disk. */
    public boolean onDisk() {
        return onDisk;
    }

    /** Bytes of one of them. */
    public long size(int number) {
        return sizes[number];
    }

    /** As given at its creation. */
    public long tag(int number) {
        return tags[number];
    }
}
