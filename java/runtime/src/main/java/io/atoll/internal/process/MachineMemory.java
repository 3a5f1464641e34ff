package io.atoll.internal.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How much memory this process's machine or container has. */
public final class MachineMemory {
    private static final long IF_UNKNOWN = 1L << 30;

    private MachineMemory() {}

    /** In bytes: the least of what the machine has and what the cgroup of this process is allowed. */
    public static long bytes() {
        long machine = IF_UNKNOWN;
        try {
            for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
                if (line.startsWith("MemTotal:")) {
                    machine = Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
                    break;
                }
            }
        } catch (IOException | NumberFormatException e) {
            // Unknown, then.
        }
        return Math.min(
                machine,
                Math.min(limit("/sys/fs/cgroup/memory.max"), limit("/sys/fs/cgroup/memory/memory.limit_in_bytes")));
    }

    private static long limit(String file) {
        try {
            return Long.parseLong(Files.readString(Path.of(file)).trim());
        } catch (IOException | NumberFormatException e) {
            return Long.MAX_VALUE; // None, or "max".
        }
    }
}
