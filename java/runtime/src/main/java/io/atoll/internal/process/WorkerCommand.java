package io.atoll.internal.process;

import io.atoll.AtollException;
import io.atoll.AtollOptions;
import io.atoll.concurrent.WorkerEnvironment;
import io.atoll.jni.SystemProperty;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import java.util.function.IntFunction;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The command line of a worker: this JVM's program, flags that workers need, and this process's class path. */
public final class WorkerCommand {
    private static final String JAVA = SystemProperty.WORKER_JAVA.key();

    /** Where JavaCPP unpacks native libraries, by default in the user's home: once a session, and gone with it. */
    private static final String JAVACPP_CACHE = "org.bytedeco.javacpp.cachedir";

    /** Arguments of the driver's own JVM that its workers are given as well, by how they begin: what changes what code means. */
    private static final List<String> INHERITED = List.of(
            "--add-opens=",
            "--add-exports=",
            "--add-reads=",
            "--add-modules=",
            "--patch-module=",
            "--enable-preview",
            "-ea",
            "-enableassertions",
            "-da",
            "-disableassertions",
            "-esa",
            "-enablesystemassertions",
            "-D");

    /** Those among them that name a port or a file which one process alone can have, or that say where the driver is. */
    private static final List<String> KEPT = List.of(
            "-Dcom.sun.management.",
            "-Djava.rmi.server.",
            "-Djava.class.path=",
            "-Djdk.module.",
            "-Dsun.java.",
            "-D" + SystemProperty.LIBRARY_PATH.key() + "=");

    /** Variables that hold JVM arguments: a worker has those among its own, as far as they are for it. */
    public static final List<String> VARIABLES = List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

    /** A number that workers count up, in an argument that the user gives them: what one process alone can have. */
    private static final Pattern COUNTED = Pattern.compile("\\{(\\d{1,9})}");

    private static final long LEAST_HEAP = 64L << 20;
    /** Addresses that a JVM takes beside its heap: for classes, code, stacks, libraries. */
    private static final long BESIDE_HEAP = 1800L << 20;

    /** Workers have at least this part of the machine together, whatever store and driver say. */
    private static final int LEAST_SHARE = 8;

    private WorkerCommand() {}

    /** @param main what workers run; {@link WorkerOrders#arguments} are to follow */
    public static List<String> find(Class<?> main, AtollOptions options) {
        List<String> command = new ArrayList<>();
        command.add(java());
        boolean modules = main.getModule().isNamed();
        command.add("--enable-native-access=" + nativeAccess(main.getModule()));
        List<String> users = users(options);
        command.addAll(JvmFlags.chosen(Runtime.version().feature(), mayHoldFlags(users, options)));
        command.addAll(inherited(ownArguments()));
        String allowed = SystemProperty.ALLOWED_CLASSES.value(); // the program may have set it itself
        if (allowed != null) {
            command.add("-D" + SystemProperty.ALLOWED_CLASSES.key() + "=" + allowed);
        }
        command.add("-Xmx" + (options.workerHeapBytes() > 0 ? options.workerHeapBytes() : heapShare(options)));
        command.addAll(users);
        if (modules) {
            addModules(main, options, command);
        } else if (BootArchive.holds(main)) {
            LibraryVersions.check(main.getClassLoader());
            BootArchive.addTo(command, main, options.workerClassPath());
        } else {
            String classPath = WorkerClassPath.find(main);
            LibraryVersions.check(classPath, main.getClassLoader());
            command.add("-cp");
            command.add(withMore(classPath, options));
            command.add(main.getName());
        }
        return command;
    }

    /** The modules of ours that load libraries: one that is not there would be warned of. */
    private static String nativeAccess(Module main) {
        ModuleLayer layer = main.getLayer();
        if (!main.isNamed() || layer == null) {
            return "ALL-UNNAMED";
        }
        return Stream.of("io.atoll.jni", "io.atoll.arrow")
                        .filter(name -> layer.findModule(name).isPresent())
                        .collect(Collectors.joining(","))
                + ",ALL-UNNAMED";
    }

    private static String java() {
        String chosen = SystemProperty.WORKER_JAVA.value();
        Path java = chosen != null ? Path.of(chosen) : Path.of(System.getProperty("java.home"), "bin", "java");
        if (!Files.isExecutable(java)) {
            throw new AtollException("workers are started by " + java + ", and there is no such program"
                    + (chosen != null
                            ? ": the system property " + JAVA + " is to name the java of a JDK or JRE"
                            : ": jpackage leaves it out of its image unless it is given --jlink-options without"
                                    + " --strip-native-commands, jlink if it is given that; or name the java of a JDK or"
                                    + " JRE " + Runtime.version().feature() + " by -D" + JAVA + "=FILE"));
        }
        return java.toString();
    }

    /**
     * The same command for the workers of one session. What it adds comes before the user's own arguments, which win.
     *
     * @param command of {@link #find}
     * @param session its directory
     */
    public static List<String> inSession(List<String> command, AtollOptions options, Path session, CrashFiles crashes) {
        List<String> more = new ArrayList<>(crashes.flags(mayHoldFlags(users(options), options)));
        String cache = System.getProperty(JAVACPP_CACHE); // the program may have set it itself
        if (cache != null) {
            more.add("-D" + JAVACPP_CACHE + "=" + cache);
        } else if (mayHoldFlags(List.of(), options).stream().noneMatch(each -> each.contains(JAVACPP_CACHE))) {
            more.add("-D" + JAVACPP_CACHE + "=" + session.resolve("javacpp"));
        }
        List<String> all = new ArrayList<>(command);
        all.addAll(1, more);
        return all;
    }

    /** The options for workers of an environment. */
    public static AtollOptions in(WorkerEnvironment environment, AtollOptions options) {
        List<String> flags = new ArrayList<>(options.workerJvmArguments());
        flags.addAll(environment.jvmFlags());
        AtollOptions.Builder builder = options.toBuilder()
                .workerJvmArguments(flags.toArray(new String[0]))
                .workerClassPath(environment.classPath().toArray(new Path[0]));
        environment.variables().forEach(builder::workerEnvironment);
        return builder.build();
    }

    /**
     * The command of each worker: {@code {5005}} in an argument of the user's is 5005 for worker 0, 5006 for worker 1.
     *
     * @param command of {@link #inSession}
     */
    public static IntFunction<List<String>> numbered(List<String> command, AtollOptions options) {
        Set<String> counted = users(options).stream()
                .filter(word -> COUNTED.matcher(word).find())
                .collect(Collectors.toUnmodifiableSet());
        return worker -> command.stream()
                .map(word -> counted.contains(word) ? count(word, worker) : word)
                .toList();
    }

    private static String count(String word, int worker) {
        return COUNTED.matcher(word).replaceAll(first -> Long.toString(Long.parseLong(first.group(1)) + worker));
    }

    /** What the machine has beside store and driver, divided: each JVM by itself would take a quarter of all. */
    static long heapShare(AtollOptions options) {
        long machine = MachineMemory.bytes();
        long left = machine - storeBytes(options) - Runtime.getRuntime().maxMemory();
        long share = Math.max(left, machine / LEAST_SHARE) / workers(options);
        // Half of it: how much a store and what a user loads take more than that depends on too much.
        long addressable = (MachineMemory.addressSpace() - 2 * storeBytes(options) - BESIDE_HEAP) / 2;
        return Math.max(LEAST_HEAP, Math.min(share, addressable));
    }

    /** How large the store is. */
    public static long storeBytes(AtollOptions options) {
        return options.storeBytes() > 0 ? options.storeBytes() : MachineMemory.bytes() / 3;
    }

    /** How many workers there are. */
    public static int workers(AtollOptions options) {
        return options.workers() > 0 ? options.workers() : Runtime.getRuntime().availableProcessors();
    }

    /** The JVM arguments that the user gives workers, those of the property last. */
    private static List<String> users(AtollOptions options) {
        List<String> all = new ArrayList<>(options.workerJvmArguments());
        String more = SystemProperty.WORKER_FLAGS.value(); // for who cannot change the program
        if (more != null && !more.isBlank()) {
            all.addAll(List.of(more.trim().split(" +")));
        }
        return all;
    }

    private static List<String> mayHoldFlags(List<String> users, AtollOptions options) {
        List<String> all = new ArrayList<>(users);
        for (String variable : VARIABLES) { // this process's own are not the workers'
            String value = options.workerEnvironment().get(variable);
            if (value != null) {
                all.add(value);
            }
        }
        return all;
    }

    /** The modules that this process has resolved: what its own flags and services added is among them. */
    private static void addModules(Class<?> main, AtollOptions options, List<String> command) {
        LibraryVersions.check(ModuleLayer.boot(), main.getClassLoader());
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

    /** Those of a driver's JVM arguments that are for workers too. */
    static List<String> inherited(List<String> arguments) {
        return arguments.stream()
                .filter(argument -> begins(argument, INHERITED) && !begins(argument, KEPT))
                .toList();
    }

    private static boolean begins(String argument, List<String> beginnings) {
        return beginnings.stream().anyMatch(argument::startsWith);
    }

    /** As the JVM has understood them: from the command line, argument files and variables, each in one word. */
    private static List<String> ownArguments() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments();
    }
}
