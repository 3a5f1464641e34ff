/** Calls as records in shared memory: functions by name, arguments by id or value. */
@NullMarked
package io.atoll.internal.call;

import org.jspecify.annotations.NullMarked;
