package io.atoll.internal.store;

import io.atoll.ObjectId;

/**
 * What has become of an object that is watched.
 *
 * @param id of the object
 * @param kind what has
 */
public record ObjectEvent(ObjectId id, Kind kind) {
    /**
     * What is watched for.
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
