package io.atoll.benchmarks;

/**
 * What is reported of one number: its floor, and the target that its ratio to the floor, or the number itself, is held
 * to.
 *
 * @param floor name of the floor, of the same stat; null for none
 * @param target of value divided by floor: at most, for times; at least, for rates. NaN for none
 * @param limit of the value itself; of a rate, the least. NaN for none
 */
public record Row(String name, String stat, String floor, double target, double limit) {
    public static Row of(String name, String stat) {
        return new Row(name, stat, null, Double.NaN, Double.NaN);
    }

    public Row over(String floorName) {
        return new Row(name, stat, floorName, target, limit);
    }

    public Row target(double ratio) {
        return new Row(name, stat, floor, ratio, limit);
    }

    /** Of a time at most, of a rate at least. */
    public Row limit(double value) {
        return new Row(name, stat, floor, target, value);
    }
}
