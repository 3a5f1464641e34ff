package io.atoll.examples.flights;

import java.io.Serializable;

/** What the job computes: by hour of day, by distance band, and over all flights. */
final class FlightStats implements Serializable {
    private static final long serialVersionUID = 1;
    static final int HOURS = 24;
    /** Lower bounds of the distance bands, miles. */
    static final int[] BANDS = {0, 250, 500, 1000, 1500, 2000};

    private final GroupStats[] byHour = groups(HOURS);
    private final GroupStats[] byDistance = groups(BANDS.length);
    /** Rows with a null or NaN in one of the columns. */
    private long skipped;

    /**
     * Takes in one flight.
     *
     * @param time hour of day; its fraction is the minutes, and 24 is midnight again
     * @param delay minutes
     * @param distance miles
     */
    void add(double time, double delay, double distance) {
        if (Double.isNaN(time) || Double.isNaN(delay) || Double.isNaN(distance)) {
            skipped++;
            return;
        }
        byHour[Math.floorMod((int) Math.floor(time), HOURS)].add(delay, distance);
        byDistance[bandOf(distance)].add(delay, distance);
    }

    void skip() {
        skipped++;
    }

    void merge(FlightStats other) {
        for (int i = 0; i < HOURS; i++) {
            byHour[i].merge(other.byHour[i]);
        }
        for (int i = 0; i < BANDS.length; i++) {
            byDistance[i].merge(other.byDistance[i]);
        }
        skipped += other.skipped;
    }

    GroupStats hour(int hour) {
        return byHour[hour];
    }

    GroupStats band(int band) {
        return byDistance[band];
    }

    GroupStats all() {
        GroupStats all = new GroupStats();
        for (GroupStats group : byHour) {
            all.merge(group);
        }
        return all;
    }

    long skipped() {
        return skipped;
    }

    static int bandOf(double distance) {
        int band = BANDS.length - 1;
        while (band > 0 && distance < BANDS[band]) {
            band--;
        }
        return band;
    }

    private static GroupStats[] groups(int count) {
        GroupStats[] groups = new GroupStats[count];
        for (int i = 0; i < count; i++) {
            groups[i] = new GroupStats();
        }
        return groups;
    }
}
