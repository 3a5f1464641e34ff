/** What every kind of value is made of: bytes to write and to read, the lease of a pin, the tag that says what they are. */
package io.atoll.internal.memory;
