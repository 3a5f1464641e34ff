package io.atoll.store;

import io.atoll.ObjectId;

/**
 * What has become of an object that is watched.
 *
 * @param id of the object
 * @param kind what has
 * @since 0.1
 */
public record ObjectEvent(ObjectId id, Kind kind) {
    /**
     * What is watched for.
     *
     * @since 0.1
     */
    public enum Kind {
        /** It is sealed, lost or gone. */
        READY,
        /** No other client refers to it, nor any container or name. */
        ALONE,
        /** Its bytes are lost, and whoever watches is to say whether it is made again. */
        DAMAGED
    }
}
