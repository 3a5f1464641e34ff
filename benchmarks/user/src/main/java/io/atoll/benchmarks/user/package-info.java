/** Programs as users write them: public API, default options. */
package io.atoll.benchmarks.user;
