package io.atoll.store;

/**
 * Calls on a store that succeeded.
 *
 * @param expects ids made, those of new objects too
 * @param creates objects begun
 * @param seals objects sealed
 * @param aborts objects given up
 * @param gets objects pinned
 * @param releases pins ended
 * @param references references added
 * @param dereferences references given back
 * @param deletes objects deleted
 * @param waits waits for objects that ended well
 * @param claims claims tried
 * @param lookups names found
 * @param publishes names given
 * @param unpublishes names taken away
 * @param bytesWritten in sealed objects
 * @param bytesCopied out of objects, as told by {@link ObjectStore#countCopied}
 * @since 0.1
 */
public record StoreOperations(
        long expects,
        long creates,
        long seals,
        long aborts,
        long gets,
        long releases,
        long references,
        long dereferences,
        long deletes,
        long waits,
        long claims,
        long lookups,
        long publishes,
        long unpublishes,
        long bytesWritten,
        long bytesCopied) {}
