/**
 * What a runtime implements and how it is found; of no use to tasks and drivers.
 */
@NullMarked
package io.atoll.spi;

import org.jspecify.annotations.NullMarked;
