/** Calls as records in shared memory: functions by name, arguments by id or value. */
package io.atoll.internal.call;
