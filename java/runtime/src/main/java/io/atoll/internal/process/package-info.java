/** Worker processes and the directory of a session: command line, start, output, end. */
package io.atoll.internal.process;
