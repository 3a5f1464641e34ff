package io.atoll.internal.plain;

/** Objects by identity, numbered in the order in which they are first met. Used by one thread. */
final class Numbers {
    private static final int SMALL = 8;
    private static final int NONE = -1;

    private Object[] objects = new Object[SMALL]; // by number
    private int count;
    private int[] table; // numbers, by hash, once there are more than a few; NONE is free

    /** Its number when it was met before; else -1, and it has the next number. */
    int put(Object object) {
        int known = table == null ? search(object) : lookUp(object);
        if (known != NONE) {
            return known;
        }
        if (count == objects.length) {
            grow();
        }
        objects[count] = object;
        if (table != null) {
            insert(count);
        }
        count++;
        return NONE;
    }

    int count() {
        return count;
    }

    private int search(Object object) {
        for (int i = 0; i < count; i++) {
            if (objects[i] == object) {
                return i;
            }
        }
        return NONE;
    }

    private int lookUp(Object object) {
        int mask = table.length - 1;
        for (int i = hash(object) & mask; table[i] != NONE; i = i + 1 & mask) {
            if (objects[table[i]] == object) {
                return table[i];
            }
        }
        return NONE;
    }

    private void grow() {
        objects = java.util.Arrays.copyOf(objects, 2 * count);
        table = new int[4 * count];
        java.util.Arrays.fill(table, NONE);
        for (int i = 0; i < count; i++) {
            insert(i);
        }
    }

    private void insert(int number) {
        int mask = table.length - 1;
        int i = hash(objects[number]) & mask;
        while (table[i] != NONE) {
            i = i + 1 & mask;
        }
        table[i] = number;
    }

    private static int hash(Object object) {
        int hash = System.identityHashCode(object);
        return hash ^ hash >>> 15;
    }
}
