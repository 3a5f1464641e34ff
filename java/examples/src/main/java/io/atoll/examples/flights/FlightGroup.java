package io.atoll.examples.flights;

/**
 * What the job says of a group of flights; the means and shares of an empty one are NaN.
 *
 * @param flights how many
 * @param meanDelay minutes
 * @param percentile95 minutes that 95 % of the flights are not later than
 * @param lateShare share of the flights over {@link FlightStats#LATE_MINUTES} late
 * @param meanDistance miles
 */
record FlightGroup(long flights, double meanDelay, double percentile95, double lateShare, double meanDistance) {
    static FlightGroup of(DelayCounts.Sorted delays, double miles) {
        long flights = delays.total();
        return new FlightGroup(
                flights,
                delays.sum() / flights,
                delays.percentile(0.95),
                (double) delays.above(FlightStats.LATE_MINUTES) / flights,
                miles / flights);
    }
}
