package io.atoll.benchmarks;

import java.time.Duration;
import java.util.stream.Stream;

/** CPU time of this process and of those below it, to 10 ms. */
final class NodeCpu {
    private NodeCpu() {}

    static long nanos() {
        ProcessHandle self = ProcessHandle.current();
        return Stream.concat(Stream.of(self), self.descendants())
                .mapToLong(NodeCpu::nanos)
                .sum();
    }

    /** 0 of one that has ended. */
    static long nanos(ProcessHandle process) {
        return process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
    }
}
