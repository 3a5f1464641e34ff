package io.atoll.internal.runtime;

import io.atoll.internal.process.WorkerClassPath;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A program in a JVM of its own, with the tests' class path, or their modules. Closing kills it if it still runs. */
public final class ChildJvm implements AutoCloseable {
    private final Process process;
    private final BufferedReader out;

    private ChildJvm(List<String> command) throws IOException {
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    public static ChildJvm start(Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(java()));
        if (main.getModule().isNamed()) {
            ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                    .filter(argument -> argument.startsWith("--"))
                    .forEach(command::add);
            command.addAll(List.of("-m", main.getModule().getName() + "/" + main.getName()));
        } else {
            command.addAll(List.of("-cp", classPath(), main.getName()));
        }
        command.addAll(List.of(arguments));
        return new ChildJvm(command);
    }

    /** That of the tests; the one that they have been told where they are modules. */
    public static String classPath() {
        return ChildJvm.class.getModule().isNamed()
                ? System.getProperty("surefire.test.class.path")
                : WorkerClassPath.find(WorkerMain.class);
    }

    public static ChildJvm run(String... command) throws IOException {
        return new ChildJvm(List.of(command));
    }

    public static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    public Process process() {
        return process;
    }

    /** What it prints next, to either stream. */
    public String readLine() throws IOException {
        String line = out.readLine();
        if (line == null) {
            throw new IOException("the program has ended");
        }
        return line;
    }

    /** {@link #readAll} without what newer JVMs warn of by themselves. */
    public String readAllButWarnings() throws IOException, InterruptedException {
        return readAll().replaceAll("(?m)^WARNING: .*\\R", "").stripLeading();
    }

    /** All that is left of what it prints, once it has ended. */
    public String readAll() throws IOException, InterruptedException {
        StringBuilder all = new StringBuilder();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            all.append(line).append('\n');
        }
        process.waitFor();
        return all.toString();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
