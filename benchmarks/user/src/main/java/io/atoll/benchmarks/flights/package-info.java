/** What the flights example computes, by other means. */
package io.atoll.benchmarks.flights;
