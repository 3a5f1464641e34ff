package io.atoll.examples.flights;

import java.io.Serializable;

/** What is known of one group of flights; groups of the same key from several tasks merge. */
final class GroupStats implements Serializable {
    private static final long serialVersionUID = 1;
    /** Minutes from which on the US Department of Transportation counts a flight as late. */
    static final double LATE_MINUTES = 15;

    private long flights;
    private long late;
    private double delaySum;
    private double distanceSum;
    private final DelayCounts delays = new DelayCounts();

    void add(double delay, double distance) {
        flights++;
        delaySum += delay;
        distanceSum += distance;
        if (delay > LATE_MINUTES) {
            late++;
        }
        delays.add(delay, 1);
    }

    void merge(GroupStats other) {
        flights += other.flights;
        late += other.late;
        delaySum += other.delaySum;
        distanceSum += other.distanceSum;
        delays.addAll(other.delays);
    }

    long flights() {
        return flights;
    }

    double meanDelay() {
        return delaySum / flights;
    }

    double meanDistance() {
        return distanceSum / flights;
    }

    double lateShare() {
        return (double) late / flights;
    }

    double delayPercentile(double share) {
        return delays.percentile(share);
    }
}
