/**
 * What a runtime implements and how it is found; of no use to tasks and drivers.
 */
package io.atoll.spi;
