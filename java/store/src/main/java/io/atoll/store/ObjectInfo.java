package io.atoll.store;

import io.atoll.ObjectId;

/**
 * One object as a list shows it.
 *
 * @param id its name
 * @param state where it stands
 * @param size in bytes
 * @param tag as given at its creation
 * @param offset in the data segment
 * @param pins of all clients
 * @param references of all clients
 * @since 0.1
 */
public record ObjectInfo(
        ObjectId id, ObjectStore.State state, long size, long tag, long offset, long pins, long references) {}
