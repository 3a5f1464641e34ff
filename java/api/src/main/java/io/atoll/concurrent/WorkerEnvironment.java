package io.atoll.concurrent;

import io.atoll.spi.OptionValues;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What workers for some tasks have beside what {@link io.atoll.AtollOptions} give to all: given to a call by {@code in}.
 * Immutable; equal ones are the same environment.
 *
 * <pre>{@code
 * WorkerEnvironment fast = new WorkerEnvironment(List.of(Path.of("plugins.jar")), List.of("-XX:+UseZGC"), Map.of("MODE", "fast"));
 * ObjectRef<Integer> ref = Atoll.task(Plugins::run, 3).in(fast).remote();
 * }</pre>
 *
 * @since 0.1
 */
public final class WorkerEnvironment {
    private static final WorkerEnvironment NONE = builder().build();

    private final List<Path> classPath;
    private final List<String> jvmFlags;
    private final Map<String, String> variables;

    private WorkerEnvironment(Builder builder) {
        classPath = List.copyOf(builder.classPath);
        jvmFlags = List.copyOf(builder.jvmFlags);
        variables = Map.copyOf(builder.variables);
    }

    /**
     * With these three; what else there may be is as {@link #builder} has it.
     *
     * @param classPath jars and directories, on the class path of workers behind everything else
     * @param jvmFlags arguments of their JVMs, each one word, behind those of the options
     * @param variables of their environment, beside or instead of those of the options
     * @throws IllegalArgumentException when a file's name has a colon in it, or no variable can have that name
     */
    public WorkerEnvironment(List<Path> classPath, List<String> jvmFlags, Map<String, String> variables) {
        this(builder()
                .classPath(Objects.requireNonNull(classPath, "classPath").toArray(new Path[0]))
                .jvmFlags(Objects.requireNonNull(jvmFlags, "jvmFlags").toArray(new String[0]))
                .variables(Objects.requireNonNull(variables, "variables")));
    }

    /**
     * For one that says more.
     *
     * @return with nothing in it
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * What an environment is made of. Not thread-safe.
     *
     * @since 0.1
     */
    public static final class Builder {
        private final List<Path> classPath = new ArrayList<>();
        private final List<String> jvmFlags = new ArrayList<>();
        private final Map<String, String> variables = new LinkedHashMap<>();

        private Builder() {}

        /**
         * Jars and directories, on the class path of workers behind everything else.
         *
         * @param entries behind those of an earlier call
         * @return this
         * @throws IllegalArgumentException when one has a colon in its name
         */
        public Builder classPath(Path... entries) {
            OptionValues.checkClassPath("classPath", Objects.requireNonNull(entries, "entries"));
            for (Path each : entries) {
                classPath.add(each.toAbsolutePath());
            }
            return this;
        }

        /**
         * Arguments of the workers' JVMs, behind those of the options.
         *
         * @param flags each one word; behind those of an earlier call
         * @return this
         */
        public Builder jvmFlags(String... flags) {
            jvmFlags.addAll(List.of(OptionValues.withoutNull("jvmFlags", Objects.requireNonNull(flags, "flags"))));
            return this;
        }

        /**
         * A variable of the workers' environment, beside or instead of that of the options.
         *
         * @param name of the variable
         * @param value of it
         * @return this
         * @throws IllegalArgumentException when no variable can have that name or value
         */
        public Builder variable(String name, String value) {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(value, "value");
            OptionValues.checkVariable("variables", name, value);
            variables.put(name, value);
            return this;
        }

        private Builder variables(Map<String, String> all) {
            all.forEach((name, value) -> {
                OptionValues.checkVariable("variables", name, value);
                variables.put(name, value);
            });
            return this;
        }

        /**
         * All of that.
         *
         * @return an environment
         */
        public WorkerEnvironment build() {
            return new WorkerEnvironment(this);
        }
    }

    /**
     * Jars and directories, on the class path of workers behind everything else.
     *
     * @return absolute ones
     */
    public List<Path> classPath() {
        return classPath;
    }

    /**
     * Arguments of their JVMs.
     *
     * @return each one word
     */
    public List<String> jvmFlags() {
        return jvmFlags;
    }

    /**
     * Variables of their environment.
     *
     * @return values by name
     */
    public Map<String, String> variables() {
        return variables;
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

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof WorkerEnvironment same
                && classPath.equals(same.classPath)
                && jvmFlags.equals(same.jvmFlags)
                && variables.equals(same.variables);
    }

    @Override
    public int hashCode() {
        return Objects.hash(classPath, jvmFlags, variables);
    }

    /** Of the variables the names alone, since values may be secrets. */
    @Override
    public String toString() {
        return "WorkerEnvironment(classPath=" + classPath + ", jvmFlags=" + jvmFlags + ", variables="
                + new TreeSet<>(variables.keySet()) + ")";
    }
}
