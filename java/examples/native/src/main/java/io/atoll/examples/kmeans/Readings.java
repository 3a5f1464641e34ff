package io.atoll.examples.kmeans;

import java.nio.DoubleBuffer;
import java.util.SplittableRandom;

/**
 * Readings, by blocks of rows: the number of a sensor, and seven numbers. All programs make the same ones. Their sums are exact,
 * so that they are the same in whatever order.
 *
 * @param blocks how many
 * @param rows of each
 * @param hasBad whether a row of each eighth block names a sensor that there is not; else that row is left out
 */
record Readings(int blocks, int rows, boolean hasBad) {
    static final int COLUMNS = 8;
    /** Of each sensor. */
    static final double[] GAINS = {0.5, 1, 2, 1, 0.5, 2, 2, 1};

    /** How far the heaps that the rows are in are from each other. */
    static final int STEP = 512;

    private static final int HEAPS = 8;
    private static final double NO_SENSOR = 1e12;

    /** As the programs' arguments say: blocks, rows of each, and "good" when no row may be bad. */
    static Readings of(String[] arguments) {
        return new Readings(
                arguments.length > 0 ? Integer.parseInt(arguments[0]) : 24,
                arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1 << 20,
                arguments.length < 3 || !arguments[2].equals("good"));
    }

    long bytes() {
        return (long) blocks * rows * COLUMNS * Double.BYTES;
    }

    int rowsOf(int block) {
        return isMarked(block) && !hasBad ? rows - 1 : rows;
    }

    private static boolean isMarked(int block) {
        return block % 8 == 3;
    }

    /** Writes a block, row by row. */
    void fill(DoubleBuffer out, int block) {
        SplittableRandom random = new SplittableRandom(block);
        int bad = isMarked(block) ? rows / 2 : -1;
        for (int row = 0; row < rows; ++row) {
            int sensor = random.nextInt(GAINS.length);
            int heap = random.nextInt(HEAPS);
            if (row == bad && !hasBad) {
                continue;
            }
            out.put(row == bad ? NO_SENSOR : sensor);
            for (int i = 1; i < COLUMNS; ++i) {
                out.put((STEP * (heap * i % HEAPS) + (row >> i & 255)) / GAINS[sensor]);
            }
        }
    }

    /** How many rows of a block are those of sensors that there are. */
    static int good(DoubleBuffer block) {
        int good = 0;
        for (int at = 0; at < block.limit(); at += COLUMNS) {
            good += isGood(block, at) ? 1 : 0;
        }
        return good;
    }

    /** Copies those rows. */
    static void copyGood(DoubleBuffer block, DoubleBuffer out) {
        for (int at = 0; at < block.limit(); at += COLUMNS) {
            if (isGood(block, at)) {
                out.put(block.slice(at, COLUMNS));
            }
        }
    }

    private static boolean isGood(DoubleBuffer block, int at) {
        return block.get(at) >= 0 && block.get(at) < GAINS.length;
    }
}
