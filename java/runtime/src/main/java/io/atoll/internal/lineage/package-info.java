/** Calls of tasks that have ended, by which results that are lost are made again. */
package io.atoll.internal.lineage;
