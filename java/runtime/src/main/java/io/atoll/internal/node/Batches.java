package io.atoll.internal.node;

/**
 * Whether who is told of one event after the other does better to let several come: being woken for each takes a CPU from what
 * makes them. That is tried when many have come closely, and gone on with while pauses bring several each, all in all. Where
 * the next comes only because the last was told a pause brings one, and is not tried again until many more have come. One
 * thread.
 */
final class Batches {
    static final long PAUSE_NANOS = 500_000;

    static final int MANY = 200;
    static final int SEVERAL = 2;
    static final long CLOSE_NANOS = 100_000;
    /** So many pauses in a row that bring one each end it, however well it went before. */
    static final int MOST_CREDIT = 16;

    private int close;
    /** What pauses have brought beyond what they have to; none is made without. */
    private int credit;

    private long lastAt;

    /** So many have come since this was called last. Whether to pause before the next are asked for. */
    boolean came(int count, long now) {
        if (credit > 0) {
            credit = Math.min(credit + count - SEVERAL, MOST_CREDIT);
        } else {
            close = now - lastAt < count * CLOSE_NANOS ? close + count : 0;
            if (close >= MANY) {
                close = 0;
                credit = 1;
            }
        }
        lastAt = now;
        return credit > 0;
    }
}
