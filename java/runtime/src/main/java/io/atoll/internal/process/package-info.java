/** Worker processes and the directory of a session: command line, start, output, end. */
@NullMarked
package io.atoll.internal.process;

import org.jspecify.annotations.NullMarked;
