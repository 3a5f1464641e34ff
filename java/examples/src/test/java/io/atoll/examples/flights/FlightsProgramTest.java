package io.atoll.examples.flights;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.vector.compression.CompressionUtil.CodecType;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program as a person runs it: a process with arguments, outputs and an exit code. */
class FlightsProgramTest {
    private static final List<String> FLAGS = List.of(
            "-XX:+IgnoreUnrecognizedVMOptions",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow");
    private static final long PATIENCE_SECONDS = 240;

    @TempDir
    Path directory;

    private record Outcome(int exitCode, String out, String err) {}

    @Test
    void shouldPrintTheRightTableAndNothingOnStandardError() throws Exception {
        Outcome outcome = flights(FLAGS, "--workers", "2", "--store-size", "256MiB");
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out())
                .contains("200,000 flights: mean delay 7.500795 minutes, mean distance 729.235625 miles")
                .contains("21.57 % of them over 15 minutes late")
                .contains("  17:00 - 17:59         13,325     9.72 min      70 min       25.16 %")
                .contains("  500 - 999             61,578     7.81 min      64 min       22.03 %")
                .contains("copied    0 bytes")
                .doesNotContain("live heap")
                .doesNotContain("\033")
                .doesNotContain("left out");
    }

    @Test
    void shouldRunWithoutAFlagAndLeaveNoFileBehind() throws Exception {
        Path csv = Files.writeString(
                directory.resolve("flights.csv"),
                "carrier,delay,distance,time\nAA,10,100,7\nBB,,200,8\nCC,20,300,9.5\n");
        Path temporary = Files.createDirectory(directory.resolve("tmp"));
        Outcome outcome = flights(
                List.of("-Djava.io.tmpdir=" + temporary, "-XX:-UsePerfData"),
                "--input",
                csv.toString(),
                "--workers",
                "1",
                "--store-size",
                "64MiB",
                "--live-heap");
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        assertThat(outcome.out())
                .containsPattern("added +live heap\n *\\d+ +1 +3 .* [\\d.]+ MB\n")
                .contains("2 flights: mean delay 15.000000 minutes, mean distance 200.000000 miles")
                .contains("1 row left out: a null in one of the three columns");
        try (var left = Files.walk(temporary)) {
            assertThat(left.filter(Files::isRegularFile)).isEmpty();
        }
    }

    @Test
    void shouldRefuseBadInputInOneLine() throws Exception {
        byte[] whole = Files.readAllBytes(
                Flights.write(directory.resolve("whole"), Flights.Form.FILE, 2, CodecType.NO_COMPRESSION));
        Path truncated = Files.write(directory.resolve("truncated"), Arrays.copyOf(whole, whole.length / 2));
        refused(1, "--input", "/no/such/file").isEqualTo("flights: /no/such/file: no such file");
        refused(1, "--input", directory.toString()).endsWith(": is a directory, not a file");
        refused(1, "--input", truncated.toString()).endsWith(": is a truncated Arrow file: its end is missing");
        refused(2, "--workers", "0").startsWith("flights: --workers 0: a number from 1 to 256 is needed");
        refused(2, "--store-size", "much").contains("'much' is not a size");
    }

    @Test
    void shouldRefuseInOneLineWhatIsSeenOnceTheNodeRuns() throws Exception {
        Path csv = Files.writeString(directory.resolve("flights.csv"), "time,delay\n1,2\n");
        refused(1, "--workers", "1", "--input", csv.toString())
                .endsWith(": has no column 'distance'; it has time, delay");
        Files.writeString(csv, "time,delay,distance\n1530,2,3\n");
        refused(1, "--workers", "1", "--input", csv.toString())
                .endsWith(": no row has a time from 0 to 24, a delay and a distance");
        refused(1, "--workers", "1", "--scale", "100", "--store-size", "64MiB")
                .startsWith(
                        "flights: a store of 67.1 MB is too small: the flights that come with the example, 100 times")
                .endsWith("; try --store-size 256MiB");
        refused(1, "--workers", "1", "--store-size", "1").contains("is too small");
    }

    private AbstractStringAssert<?> refused(int exitCode, String... arguments) throws Exception {
        Outcome outcome = flights(FLAGS, arguments);
        assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(exitCode);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err().lines()).hasSize(1);
        return assertThat(outcome.err().strip());
    }

    private Outcome flights(List<String> flags, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), FlightsMain.class.getName()));
        command.addAll(List.of(arguments));
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
            throw new AssertionError("no end after " + PATIENCE_SECONDS + " s: " + command);
        }
        return new Outcome(
                process.exitValue(),
                Files.readString(out, StandardCharsets.UTF_8),
                Files.readString(err, StandardCharsets.UTF_8));
    }
}
