package io.atoll.examples.kmeans;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.DoubleBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The programs as a person runs them, each in a process of its own. */
@Timeout(600)
class KMeansTest {
    @TempDir
    Path directory;

    private List<String> run(Class<?> main, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                System.getProperty("java.home") + "/bin/java",
                "-Djava.io.tmpdir=" + directory,
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                main.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectError(directory.resolve("err").toFile())
                .start();
        List<String> lines = process.inputReader().lines().toList();
        assertThat(process.waitFor())
                .as(Files.readString(directory.resolve("err")))
                .isZero();
        return lines;
    }

    /** By Java, row by row. */
    private static String expected(Readings readings, IntStream blocks) {
        Centres centres = new Centres();
        double[][] rows =
                blocks.mapToObj(i -> KMeansOnThreads.block(readings, i)).toArray(double[][]::new);
        for (int round = 0; round < Centres.ROUNDS; ++round) {
            for (double[] block : rows) {
                double[] sums = Centres.noSums();
                for (int at = 0; at < block.length; at += Readings.COLUMNS) {
                    add(DoubleBuffer.wrap(block, at, Readings.COLUMNS).slice(), centres.now(), sums);
                }
                centres.add(sums);
            }
            centres.move();
        }
        return centres.toString();
    }

    private static void add(DoubleBuffer row, double[] centres, double[] sums) {
        double gain = Readings.GAINS[(int) row.get(0)];
        int nearest = 0;
        double least = Double.POSITIVE_INFINITY;
        for (int c = 0; c < Centres.COUNT; ++c) {
            double square = 0;
            for (int i = 0; i < 7; ++i) {
                double difference = gain * row.get(1 + i) - centres[7 * c + i];
                square += difference * difference;
            }
            if (square < least) {
                least = square;
                nearest = c;
            }
        }
        for (int i = 0; i < 7; ++i) {
            sums[8 * nearest + i] += gain * row.get(1 + i);
        }
        ++sums[8 * nearest + 7];
    }

    /** A heap of 64 MiB, and 80 MiB of readings; a bad row among them. */
    @Test
    void shouldComeToTheSameInEachWayThatEnds() throws Exception {
        List<String> lines = run(Comparison.class, "10", "131072", "64");
        assertThat(lines.get(0)).isEqualTo("10 blocks of 131072 rows, 80 MiB");
        String found = expected(new Readings(10, 131072, false), IntStream.range(0, 10));
        assertThat(found).startsWith("1310719 rows; centres at 127.");
        String figures = " +\\d+m +\\d+\\.\\d +[1-9]\\d*  ";
        Stream.of(
                        "threads" + figures + "OutOfMemoryError",
                        "threads" + figures + "SIGSEGV: no result",
                        "threads, no bad row" + figures + found,
                        "sockets" + figures + found,
                        "Atoll" + figures + found,
                        "Atoll, no bad row" + figures + found)
                .forEach(pattern -> assertThat(lines).as(pattern).anyMatch(line -> line.matches(pattern)));
        assertThat(lines).hasSize(9);
    }

    @Test
    void shouldLeaveOutWhatCrashesWhenToldTo() throws Exception {
        List<String> lines = run(KMeans.class, "5", "4096", "bad", "skip");
        String found =
                expected(new Readings(5, 4096, true), IntStream.range(0, 5).filter(i -> i != 3));
        assertThat(found).startsWith(4 * 4096 + " rows; ");
        assertThat(lines.get(lines.size() - 1)).isEqualTo(found);
        assertThat(Files.readString(directory.resolve("err"))).contains("block 3: its worker ended with ");
        try (Stream<Path> left = Files.walk(directory)) {
            assertThat(left.map(Path::toString).filter(file -> file.contains("hs_err") || file.contains("core")))
                    .isEmpty();
        }
    }

    /** It is there to be read at once. */
    @Test
    void shouldBeShort() throws Exception {
        assertThat(Files.readAllLines(Path.of("src/main/java/io/atoll/examples/kmeans/KMeans.java")))
                .hasSizeLessThanOrEqualTo(80);
    }
}
