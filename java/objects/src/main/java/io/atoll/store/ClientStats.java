package io.atoll.store;

import java.util.List;

/**
 * What one attached process has done since it attached, and holds now. Sizes in bytes.
 *
 * @param clientIndex its slot
 * @param pid its process
 * @param creates objects begun
 * @param seals objects sealed
 * @param gets objects pinned
 * @param releases pins ended
 * @param bytesWritten in sealed objects
 * @param bytesCopied out of objects, as told by {@link ObjectStore#countCopied}
 * @param pins held now
 * @param leasedBytes of extents that are its own now
 * @param user four counters of the store's users
 */
public record ClientStats(
        int clientIndex,
        long pid,
        long creates,
        long seals,
        long gets,
        long releases,
        long bytesWritten,
        long bytesCopied,
        long pins,
        long leasedBytes,
        List<Long> user) {}
