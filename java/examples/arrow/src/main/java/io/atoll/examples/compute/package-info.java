/** Functions and queries of Arrow C++ on stored tables. */
package io.atoll.examples.compute;
