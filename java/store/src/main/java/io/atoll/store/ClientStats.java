package io.atoll.store;

import java.util.List;

/**
 * What one attached process has done since it attached, and holds now. Sizes in bytes.
 *
 * @param clientIndex its slot
 * @param pid its process
 * @param pins held now
 * @param pinnedBytes blocks it looks at
 * @param references held now
 * @param creatingBytes blocks it has begun and not sealed
 * @param leasedBytes of extents that are its own now
 * @param done its calls
 * @param user four counters of the store's users
 * @since 0.1
 */
public record ClientStats(
        int clientIndex,
        long pid,
        long pins,
        long pinnedBytes,
        long references,
        long creatingBytes,
        long leasedBytes,
        StoreOperations done,
        List<Long> user) {}
