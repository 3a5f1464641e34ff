package io.atoll;

import io.atoll.spi.TemporaryDirectory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The values of {@link AtollOptions} and of its builder, with the defaults. Not thread-safe while they are changed. */
final class OptionSet {
    static final long MAX_OBJECTS = 1 << 24;

    long storeBytes;
    long maxObjects = MAX_OBJECTS;
    long maxUnfinishedTasks;
    Duration putTimeout = Duration.ofSeconds(10);

    @Nullable
    Path spillDirectory = TemporaryDirectory.path();

    OptionalLong lineageBytes = OptionalLong.empty();
    int workers;
    Resources resources = Resources.cpus(Runtime.getRuntime().availableProcessors());
    long workerHeapBytes;
    List<String> workerJvmArguments = List.of();
    Map<String, String> workerEnvironment = Map.of();
    List<Path> workerClassPath = List.of();

    @Nullable
    Path crashDirectory;

    OptionSet copy() {
        OptionSet copy = new OptionSet();
        copy.storeBytes = storeBytes;
        copy.maxObjects = maxObjects;
        copy.maxUnfinishedTasks = maxUnfinishedTasks;
        copy.putTimeout = putTimeout;
        copy.spillDirectory = spillDirectory;
        copy.lineageBytes = lineageBytes;
        copy.workers = workers;
        copy.resources = resources;
        copy.workerHeapBytes = workerHeapBytes;
        copy.workerJvmArguments = workerJvmArguments;
        copy.workerEnvironment = workerEnvironment;
        copy.workerClassPath = workerClassPath;
        copy.crashDirectory = crashDirectory;
        return copy;
    }

    private static String text(Optional<?> value) {
        return value.map(Object::toString).orElse("none");
    }

    @Override
    public String toString() {
        return "AtollOptions(storeBytes=" + storeBytes + ", maxObjects=" + maxObjects + ", maxUnfinishedTasks="
                + maxUnfinishedTasks + ", putTimeout=" + putTimeout + ", spillDirectory="
                + text(Optional.ofNullable(spillDirectory)) + ", lineageBytes="
                + (lineageBytes.isEmpty() ? "default" : lineageBytes.getAsLong()) + ", workers=" + workers
                + ", resources=(" + resources + "), workerHeapBytes=" + workerHeapBytes + ", workerJvmArguments="
                + workerJvmArguments + ", workerEnvironment=" + new TreeSet<>(workerEnvironment.keySet())
                + ", workerClassPath=" + workerClassPath + ", crashDirectory="
                + text(Optional.ofNullable(crashDirectory)) + ")";
    }
}
