/** Archives of class data with which workers' JVMs start: where they are kept, what makes them. */
@NullMarked
package io.atoll.internal.archive;

import org.jspecify.annotations.NullMarked;
