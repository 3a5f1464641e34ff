package io.atoll.internal.process;

import io.atoll.AtollOptions;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.stream.Collectors;

/** The command line of a worker: this JVM's program, flags that workers need, and this process's class path. */
public final class WorkerCommand {
    /** Further JVM flags for workers, separated by spaces: for who cannot change the program. */
    private static final String FLAGS_PROPERTY = "atoll.worker.flags";

    /** Which classes may be made from stored bytes. */
    private static final String ALLOWED_CLASSES = "atoll.allowed.classes";

    /** Flags of the driver's own command line that its workers are given as well, by how they begin. */
    private static final List<String> INHERITED = List.of(
            "--add-opens", "--add-exports", "--add-reads", "--enable-preview", "-ea", "-enableassertions", "-D");

    /** Of each the next word belongs to it, unless joined by an equals sign. */
    private static final List<String> TWO_WORDS = List.of("--add-opens", "--add-exports", "--add-reads");

    private WorkerCommand() {}

    /** @param main what workers run; {@link WorkerOrders#arguments} are to follow */
    public static List<String> find(Class<?> main, AtollOptions options) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:+IgnoreUnrecognizedVMOptions");
        boolean modules = main.getModule().isNamed();
        command.add("--enable-native-access=" + (modules ? "io.atoll.jni,ALL-UNNAMED" : "ALL-UNNAMED"));
        command.add("--sun-misc-unsafe-memory-access=allow");
        // One worker has one CPU's worth of tasks; collecting with more threads than that takes them from the others.
        command.add("-XX:+UseSerialGC");
        command.add("-XX:-UsePerfData");
        command.add("-Xshare:auto");
        // A JVM without heap does nothing right any more, our own code in it included: it ends, and its tasks go
        // elsewhere.
        command.add("-XX:+ExitOnOutOfMemoryError");
        command.addAll(inherited(ownArguments()));
        String allowed = System.getProperty(ALLOWED_CLASSES); // the program may have set it itself
        if (allowed != null) {
            command.add("-D" + ALLOWED_CLASSES + "=" + allowed);
        }
        if (options.workerHeapBytes() > 0) {
            command.add("-Xmx" + options.workerHeapBytes());
        }
        command.addAll(options.workerJvmArguments());
        String more = System.getProperty(FLAGS_PROPERTY, "").trim();
        if (!more.isEmpty()) {
            command.addAll(List.of(more.split(" +")));
        }
        if (modules) {
            addModules(main, options, command);
        } else {
            command.add("-cp");
            command.add(withMore(WorkerClassPath.find(main), options));
            command.add(main.getName());
        }
        return command;
    }

    /** The modules that this process has resolved: what its own flags and services added is among them. */
    private static void addModules(Class<?> main, AtollOptions options, List<String> command) {
        String path = System.getProperty("jdk.module.path", ""); // empty in an image that holds all modules itself
        if (!path.isEmpty()) {
            command.add("--module-path");
            command.add(WorkerClassPath.absolute(path));
        }
        command.add("--add-modules");
        command.add(ModuleLayer.boot().modules().stream()
                .map(Module::getName)
                .sorted()
                .collect(Collectors.joining(",")));
        String classPath = System.getProperty("java.class.path", "");
        String all = withMore(classPath.isEmpty() ? "" : WorkerClassPath.absolute(classPath), options);
        if (!all.isEmpty()) {
            command.add("-cp");
            command.add(all);
        }
        command.add("-m");
        command.add(main.getModule().getName() + "/" + main.getName());
    }

    /** A class path with what the user's options add. */
    private static String withMore(String classPath, AtollOptions options) {
        StringJoiner all = new StringJoiner(File.pathSeparator);
        if (!classPath.isEmpty()) {
            all.add(classPath);
        }
        options.workerClassPath()
                .forEach(entry -> all.add(entry.toAbsolutePath().toString()));
        return all.toString();
    }

    /** Those of a driver's arguments that are for workers too. The class path, the main class and what follows are not. */
    static List<String> inherited(List<String> arguments) {
        List<String> flags = new ArrayList<>();
        for (int i = 0; i < arguments.size(); ++i) {
            String argument = arguments.get(i);
            if (!argument.startsWith("-") && !argument.startsWith("@") || argument.equals("-jar")) {
                break;
            }
            if (argument.equals("-cp")
                    || argument.equals("-classpath")
                    || argument.equals("--class-path")
                    || argument.equals("-p")
                    || argument.equals("--module-path")) {
                ++i;
                continue;
            }
            boolean two = TWO_WORDS.contains(argument);
            if (isInherited(argument) && !argument.startsWith("-Datoll.library.path=")) {
                flags.add(argument);
                if (two && i + 1 < arguments.size()) {
                    flags.add(arguments.get(i + 1));
                }
            }
            if (two) {
                ++i;
            }
        }
        return flags;
    }

    private static boolean isInherited(String argument) {
        for (String beginning : INHERITED) {
            if (argument.startsWith(beginning)) {
                return true;
            }
        }
        return false;
    }

    private static List<String> ownArguments() {
        try {
            String all = Files.readString(Path.of("/proc/self/cmdline"), StandardCharsets.UTF_8);
            List<String> words = List.of(all.split("\0"));
            return words.subList(1, words.size());
        } catch (IOException | RuntimeException e) {
            return List.of();
        }
    }
}
