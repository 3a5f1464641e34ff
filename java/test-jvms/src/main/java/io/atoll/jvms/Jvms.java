package io.atoll.jvms;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Runs a main class on every JDK that lies beside the one of the tests, or is named to them, oldest first. */
public final class Jvms {
    private static final Pattern VERSION = Pattern.compile("^JAVA_VERSION=\"(\\d+)", Pattern.MULTILINE);

    private Jvms() {}

    public record Jvm(int version, Path java) {
        @Override
        public String toString() {
            return "JDK " + version;
        }
    }

    public record Output(int exit, String out, String err) {}

    /** One JVM per version, 17 or later. The one that runs the tests is always there. */
    public static List<Jvm> all() throws IOException {
        Path home = Path.of(System.getProperty("java.home")).toRealPath();
        List<Path> homes = new ArrayList<>();
        try (Stream<Path> siblings = Files.list(home.getParent())) {
            siblings.forEach(homes::add);
        }
        homes.add(home);
        String newest = System.getProperty("atoll.newest.java");
        if (newest != null) {
            homes.add(Path.of(newest).toRealPath().getParent().getParent());
        }
        Map<Integer, Jvm> byVersion = new TreeMap<>();
        for (Path candidate : homes) {
            Path release = candidate.resolve("release");
            Path java = candidate.resolve("bin/java");
            if (Files.isRegularFile(release) && Files.isExecutable(java)) {
                Matcher version = VERSION.matcher(Files.readString(release));
                if (version.find() && Integer.parseInt(version.group(1)) >= 17) {
                    int number = Integer.parseInt(version.group(1));
                    byVersion.put(number, new Jvm(number, java));
                }
            }
        }
        return List.copyOf(byVersion.values());
    }

    public static Output run(Jvm jvm, List<String> options, Class<?> main, String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(jvm.java().toString());
        command.addAll(options);
        if (!options.contains("-cp")) {
            command.add("-cp");
            command.add(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
        }
        command.add(main.getName());
        command.addAll(List.of(arguments));
        Path out = Files.createTempFile("atoll-out", null);
        Path err = Files.createTempFile("atoll-err", null);
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
            builder.environment().remove("JAVA_TOOL_OPTIONS");
            Process process = builder.start();
            if (!process.waitFor(3, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new AssertionError("still running: " + command + "\n" + Files.readString(err));
            }
            return new Output(
                    process.exitValue(),
                    Files.readString(out, StandardCharsets.UTF_8),
                    Files.readString(err, StandardCharsets.UTF_8));
        } finally {
            Files.delete(out);
            Files.delete(err);
        }
    }
}
