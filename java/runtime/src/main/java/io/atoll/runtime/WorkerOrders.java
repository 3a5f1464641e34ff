package io.atoll.runtime;

import java.nio.file.Path;

/**
 * What a worker reads from its standard input, as one line, once the store is there.
 *
 * @param socket of the store
 * @param library the native library's file
 * @param driver the driver's client index
 */
record WorkerOrders(Path socket, Path library, int driver) {
    /** Comes last when the driver closes; the end of input without it is the driver's death. */
    static final int END = '.';

    String line() {
        return driver + "\t" + socket + "\t" + library + "\n";
    }

    static WorkerOrders parse(String line) {
        String[] parts = line.split("\t");
        return new WorkerOrders(Path.of(parts[1]), Path.of(parts[2]), Integer.parseInt(parts[0]));
    }
}
