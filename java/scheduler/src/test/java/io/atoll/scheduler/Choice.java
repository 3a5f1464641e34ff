package io.atoll.scheduler;

import java.util.function.IntUnaryOperator;

/** Picks one of so many after the other, as a number says. */
final class Choice implements IntUnaryOperator {
    private int left;

    Choice(int choice) {
        left = choice;
    }

    @Override
    public int applyAsInt(int bound) {
        int picked = Math.floorMod(left, bound);
        left = left / bound * 31 + 17;
        return picked;
    }
}
