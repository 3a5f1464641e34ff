/** Rows in Arrow's form: {@link io.atoll.table.Table}, a view of the store's memory, and the Arrow C Data Interface. */
@NullMarked
package io.atoll.table;

import org.jspecify.annotations.NullMarked;
