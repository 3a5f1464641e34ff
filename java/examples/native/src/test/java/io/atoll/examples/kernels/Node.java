package io.atoll.examples.kernels;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.NodeStats;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A small node for each test. */
abstract class Node {
    private AtollSession session;

    @BeforeEach
    void open() {
        session = Atoll.init(AtollOptions.builder()
                .workers(2)
                .cpus(2)
                .storeBytes(64L << 20)
                .workerEnvironment("OPENBLAS_NUM_THREADS", "1")
                .build());
    }

    @AfterEach
    void close() {
        session.close();
    }

    /** By workers, out of views. */
    static long copied() {
        return Atoll.stats().workers().stream()
                .mapToLong(NodeStats.ProcessStats::bytesCopied)
                .sum();
    }
}
