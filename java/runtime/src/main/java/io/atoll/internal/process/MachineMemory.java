package io.atoll.internal.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How much memory this process's machine or container has. */
public final class MachineMemory {
    private static final long IF_UNKNOWN = 1L << 30;
    private static final String ADDRESS_SPACE = "Max address space";

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

    /** How many bytes of addresses a process like this one may have ({@code ulimit -v}); Long.MAX_VALUE for any. */
    public static long addressSpace() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/limits"))) {
                if (line.startsWith(ADDRESS_SPACE)) {
                    String soft = line.substring(ADDRESS_SPACE.length()).trim().split(" +")[0];
                    return soft.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(soft);
                }
            }
        } catch (IOException | NumberFormatException e) {
            // Unknown, then.
        }
        return Long.MAX_VALUE;
    }

    private static long limit(String file) {
        try {
            return Long.parseLong(Files.readString(Path.of(file)).trim());
        } catch (IOException | NumberFormatException e) {
            return Long.MAX_VALUE; // None, or "max".
        }
    }
}
