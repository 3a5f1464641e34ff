package io.atoll.store;

/**
 * What a store holds, and what has been done to it. Sizes in bytes; not a snapshot.
 *
 * @param capacity of the data segment
 * @param allocated data in blocks of live objects, rounding included
 * @param free capacity less that
 * @param reserved data that is backed by memory
 * @param pinnedBytes blocks that somebody looks at
 * @param sealedBytes in sealed objects, those on disk too
 * @param spilledBytes in objects that are on disk and not in memory
 * @param controlBytes of the control segment that are backed by memory
 * @param objects entries that are not free
 * @param sealedObjects objects that are sealed
 * @param spilledObjects objects that are on disk and not in memory
 * @param lostObjects objects whose bytes cannot be had any more
 * @param maxObjects entries there are
 * @param pins held now, by all clients
 * @param names of objects there are
 * @param maxNames there may be
 * @param clients attached now
 * @param maxClients client slots there are
 * @param attached clients let in since the store was made
 * @param buried clients cleaned up after since then
 * @param extentBytes of one extent
 * @param extentsFree extents that are nobody's
 * @param extentsOfClients extents that clients own
 * @param extentsOfServer extents of dead clients, and of objects read back
 * @param largestFree the longest run of extents that are nobody's
 * @param fragmentationPermille how much of {@code free} is outside that run
 * @param done what all clients have done since the store was made
 * @param freed objects
 * @param evicted objects whose memory was taken away for others
 * @param restored objects read back
 * @param bytesSpilled written to disk
 * @param bytesSpilling being written now: there will be room
 * @param bytesRestored read back
 * @since 0.1
 */
public record StoreStats(
        long capacity,
        long allocated,
        long free,
        long reserved,
        long pinnedBytes,
        long sealedBytes,
        long spilledBytes,
        long controlBytes,
        long objects,
        long sealedObjects,
        long spilledObjects,
        long lostObjects,
        long maxObjects,
        long pins,
        long names,
        long maxNames,
        int clients,
        int maxClients,
        long attached,
        long buried,
        long extentBytes,
        long extentsFree,
        long extentsOfClients,
        long extentsOfServer,
        long largestFree,
        int fragmentationPermille,
        StoreOperations done,
        long freed,
        long evicted,
        long restored,
        long bytesSpilled,
        long bytesSpilling,
        long bytesRestored) {}
