/** Numbers, strings, arrays and buffers, and what else is no graph. */
package io.atoll.internal.kinds;
