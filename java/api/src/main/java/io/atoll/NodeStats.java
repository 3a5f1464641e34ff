package io.atoll;

import java.util.List;

/**
 * What a node holds and has done, read without disturbing it; not a snapshot.
 *
 * @param capacityBytes of the store's data segment
 * @param usedBytes of it in live objects
 * @param sealedBytes bytes of sealed objects
 * @param objects live objects, sealed or expected
 * @param workers the worker processes, in the order they joined
 * @param driver this node's driver
 */
public record NodeStats(
        long capacityBytes,
        long usedBytes,
        long sealedBytes,
        long objects,
        List<ProcessStats> workers,
        ProcessStats driver) {

    /**
     * One process attached to the store.
     *
     * @param pid process id
     * @param tasks tasks it has run
     * @param gets objects it has looked at
     * @param bytesWritten into objects it has sealed
     * @param bytesCopied out of objects, by readers in it: zero where all reads were views
     * @param pins objects it looks at now
     */
    public record ProcessStats(long pid, long tasks, long gets, long bytesWritten, long bytesCopied, long pins) {}
}
