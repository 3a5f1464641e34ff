/** Calls of tasks that have ended, by which results that are lost are made again. */
@NullMarked
package io.atoll.internal.lineage;

import org.jspecify.annotations.NullMarked;
