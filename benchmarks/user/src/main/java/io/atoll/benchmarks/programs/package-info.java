/** What runs the programs of {@code benchmarks.user}, each in JVMs of its own, and reports what they take. */
package io.atoll.benchmarks.programs;
