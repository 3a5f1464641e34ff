package io.atoll.examples.flights;

/** Is told how far a job is. */
@FunctionalInterface
interface Progress {
    /**
     * A step is under way.
     *
     * @param step what is being done
     * @param done so much of it
     * @param total of so much; 0 while that is not known
     */
    void show(String step, long done, long total);
}
