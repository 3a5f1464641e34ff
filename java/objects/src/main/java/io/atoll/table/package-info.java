/** Rows in Arrow's form: {@link io.atoll.table.Table}, a view of the store's memory, and the Arrow C Data Interface. */
package io.atoll.table;
