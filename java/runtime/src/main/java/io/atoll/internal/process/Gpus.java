package io.atoll.internal.process;

import io.atoll.AtollOptions;
import io.atoll.Resources;
import io.atoll.internal.log.Log;
import io.atoll.scheduler.WorkerKind;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The GPUs of a node.
 *
 * @param count how many tasks may share out
 * @param names what CUDA calls each of them
 */
public record Gpus(double count, List<String> names) {
    private static final String VARIABLE = "CUDA_VISIBLE_DEVICES";
    private static final String PROGRAM = "nvidia-smi";
    /** The program takes seconds where no driver is loaded. */
    private static final long PATIENCE_SECONDS = 30;

    /** As the options say, else as they are found. */
    public static Gpus find(AtollOptions options) {
        String visible = options.workerEnvironment().getOrDefault(VARIABLE, System.getenv(VARIABLE));
        List<String> listed = visible == null ? null : listed(visible);
        double count = options.gpus().orElseGet(() -> listed != null ? listed.size() : count(System.getenv("PATH")));
        int devices = (int) Math.ceil(count);
        if (listed == null) {
            return new Gpus(
                    count,
                    IntStream.range(0, devices).mapToObj(Integer::toString).toList());
        }
        if (devices > listed.size()) {
            throw new IllegalArgumentException("gpus: " + count + " asked; " + VARIABLE + "=" + visible + " lists "
                    + listed.size() + ": ask for less by AtollOptions.Builder.gpus, or list more");
        }
        return new Gpus(count, listed.subList(0, devices));
    }

    /** As CUDA reads it: what is behind something that is no device does not count. */
    static List<String> listed(String visible) {
        List<String> all = new ArrayList<>();
        for (String each : visible.split(",", -1)) {
            String name = each.strip();
            if (name.isEmpty() || name.equals("-1") || name.equals("NoDevFiles")) {
                break;
            }
            all.add(name);
        }
        return List.copyOf(all);
    }

    /** How many the program finds; 0 where it is not. */
    private static int count(String path) {
        for (String directory : path == null ? new String[0] : path.split(File.pathSeparator, -1)) {
            Path program = Path.of(directory, PROGRAM);
            if (!directory.isEmpty() && Files.isExecutable(program) && !Files.isDirectory(program)) {
                return countBy(program);
            }
        }
        return 0;
    }

    private static int countBy(Path program) {
        Process process = null;
        try {
            process = new ProcessBuilder(program.toString(), "--list-gpus")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            process.getOutputStream().close();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                tell(program + " has not ended after " + PATIENCE_SECONDS + " s");
            } else if (process.exitValue() == 0) { // else there is no driver
                String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                return (int)
                        printed.lines().filter(line -> line.startsWith("GPU ")).count();
            }
        } catch (IOException e) {
            tell(e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            if (process != null) {
                process.destroyForcibly();
            }
        }
        return 0;
    }

    private static void tell(String why) {
        Log.of(Gpus.class)
                .warn(
                        "the node has no GPUs, since they cannot be counted: {}; AtollOptions.Builder.gpus says how many there are",
                        why);
    }

    /** What the node has, with these. */
    public Resources addTo(Resources others) {
        return others.with(Resources.GPU, count);
    }

    /** What the workers of a kind see of them, when the node has any. */
    Map<String, String> variables(WorkerKind kind) {
        return names.isEmpty()
                ? Map.of()
                : Map.of(VARIABLE, kind.gpus().stream().map(names::get).collect(Collectors.joining(",")));
    }
}
