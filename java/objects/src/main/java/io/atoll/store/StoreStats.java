package io.atoll.store;

/**
 * What a store holds. Sizes in bytes; not a snapshot.
 *
 * @param capacity of the data segment
 * @param controlBytes of the control segment in use
 * @param allocated data in blocks of live objects, rounding included
 * @param sealedBytes in sealed objects
 * @param reserved data that is backed by memory
 * @param objects entries that are not free
 * @param sealedObjects objects that are sealed
 * @param maxObjects entries there are
 * @param clients attached now
 * @param maxClients client slots there are
 */
public record StoreStats(
        long capacity,
        long controlBytes,
        long allocated,
        long sealedBytes,
        long reserved,
        long objects,
        long sealedObjects,
        long maxObjects,
        int clients,
        int maxClients) {}
