package io.atoll.examples.flights;

import java.io.Serializable;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Counts flights by hour of day and distance band: what a task finds in its rows, and what becomes of it when those of
 * all tasks are merged. Not thread-safe.
 */
public final class FlightStats implements Serializable {
    private static final long serialVersionUID = 1;
    static final int HOURS = 24;
    /** Lower bounds of the distance bands in miles; the first holds all that is shorter too. */
    static final int[] BANDS = {0, 250, 500, 1000, 1500, 2000};
    /** A flight is late when its delay is more than this. */
    static final double LATE_MINUTES = 15;

    private static final int CELLS = HOURS * BANDS.length;

    private final DelayCounts delays = new DelayCounts();
    private final double[] miles = new double[CELLS];
    private long incomplete;
    private long outside;

    /**
     * Takes in one flight.
     *
     * @param time hour of day; its fraction is the minutes, and 24 is midnight again
     * @param delay minutes
     * @param distance miles
     */
    public void add(double time, double delay, double distance) {
        if (Double.isNaN(time) || Double.isNaN(delay) || Double.isNaN(distance)) {
            incomplete++;
        } else if (time < 0 || time > HOURS || Double.isInfinite(delay) || Double.isInfinite(distance)) {
            outside++;
        } else {
            int cell = (int) time % HOURS * BANDS.length + bandOf(distance);
            delays.add(cell, delay, 1);
            miles[cell] += distance;
        }
    }

    /** Takes in a flight of which something is not known. */
    void addIncomplete() {
        incomplete++;
    }

    public void merge(FlightStats other) {
        delays.addAll(other.delays);
        for (int i = 0; i < CELLS; i++) {
            miles[i] += other.miles[i];
        }
        incomplete += other.incomplete;
        outside += other.outside;
    }

    FlightGroup hour(int hour) {
        return group(cell -> cell / BANDS.length == hour);
    }

    FlightGroup band(int band) {
        return group(cell -> cell % BANDS.length == band);
    }

    FlightGroup all() {
        return group(cell -> true);
    }

    /** Rows left out because of a null, or NaN, in one of the columns. */
    long incomplete() {
        return incomplete;
    }

    /** Rows left out because their time is no hour of a day, or something is infinite. */
    long outside() {
        return outside;
    }

    private FlightGroup group(IntPredicate cells) {
        double sum = IntStream.range(0, CELLS)
                .filter(cells)
                .mapToDouble(i -> miles[i])
                .sum();
        return FlightGroup.of(delays.sorted(cells), sum);
    }

    private static int bandOf(double distance) {
        int band = BANDS.length - 1;
        while (band > 0 && distance < BANDS[band]) {
            band--;
        }
        return band;
    }
}
