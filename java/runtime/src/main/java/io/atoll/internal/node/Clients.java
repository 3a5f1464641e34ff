package io.atoll.internal.node;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The clients that have joined and are not buried, by their index in the store. Who has the scheduler's turn. */
final class Clients {
    private final @Nullable Client[] clients = new Client[Board.MAX_CLIENTS];
    private final long[] known = new long[Board.MAX_CLIENTS / Long.SIZE];

    /** How many words of 64 clients there are. */
    int words() {
        return known.length;
    }

    /** A bit for each of the 64 that is here. */
    long known(int word) {
        return known[word];
    }

    /** Null when it is not here. */
    @Nullable
    Client get(int index) {
        return clients[index];
    }

    /** REQUIRES: it is here. */
    Client here(int index) {
        return Objects.requireNonNull(clients[index], "a client that is not here");
    }

    void add(Client client) {
        clients[client.index] = client;
        known[client.index / Long.SIZE] |= 1L << client.index;
    }

    void remove(Client client) {
        clients[client.index] = null;
        known[client.index / Long.SIZE] &= ~(1L << client.index);
    }
}
