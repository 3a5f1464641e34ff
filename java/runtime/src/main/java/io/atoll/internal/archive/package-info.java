/** Archives of class data with which workers' JVMs start: where they are kept, what makes them. */
package io.atoll.internal.archive;
