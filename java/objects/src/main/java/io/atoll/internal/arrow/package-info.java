/** Arrow IPC messages and streams in the store's memory: written, read and checked. */
package io.atoll.internal.arrow;
