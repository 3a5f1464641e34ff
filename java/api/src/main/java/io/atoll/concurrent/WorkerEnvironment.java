package io.atoll.concurrent;

import io.atoll.spi.OptionValues;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * What workers for some tasks have beside what {@link io.atoll.AtollOptions} give to all: given to a call by {@code in}.
 * Immutable; equal ones are the same environment.
 *
 * <pre>{@code
 * WorkerEnvironment fast = new WorkerEnvironment(List.of(Path.of("plugins.jar")), List.of("-XX:+UseZGC"), Map.of("MODE", "fast"));
 * ObjectRef<Integer> ref = Atoll.task(Plugins::run, 3).in(fast).remote();
 * }</pre>
 *
 * @param classPath jars and directories, on the class path of workers behind everything else
 * @param jvmFlags arguments of their JVMs, each one word, behind those of the options
 * @param variables of their environment, beside or instead of those of the options
 * @since 0.1
 */
public record WorkerEnvironment(List<Path> classPath, List<String> jvmFlags, Map<String, String> variables) {
    private static final WorkerEnvironment NONE = new WorkerEnvironment(List.of(), List.of(), Map.of());

    /**
     * With all that it says.
     *
     * @throws IllegalArgumentException when a file's name has a colon in it, or no variable can have that name
     */
    public WorkerEnvironment {
        classPath = classPath.stream().map(Path::toAbsolutePath).toList();
        OptionValues.checkClassPath("classPath", classPath.toArray(new Path[0]));
        jvmFlags = List.copyOf(jvmFlags);
        variables.forEach((name, value) -> OptionValues.checkVariable("variables", name, value));
        variables = Map.copyOf(variables);
    }

    /**
     * That of tasks that are given none, but for those that a task in another one submits: these are in that.
     *
     * @return one without anything
     */
    public static WorkerEnvironment none() {
        return NONE;
    }

    /**
     * Whether it is {@link #none}.
     *
     * @return true when nothing is in it
     */
    public boolean isNone() {
        return classPath.isEmpty() && jvmFlags.isEmpty() && variables.isEmpty();
    }

    /** Of the variables the names alone, since values may be secrets. */
    @Override
    public String toString() {
        return "WorkerEnvironment(classPath=" + classPath + ", jvmFlags=" + jvmFlags + ", variables="
                + new TreeSet<>(variables.keySet()) + ")";
    }
}
