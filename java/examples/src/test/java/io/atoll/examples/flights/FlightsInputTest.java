package io.atoll.examples.flights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.jni.NativeLibrary;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.Arrays;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.compression.CompressionUtil.CodecType;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FlightsInputTest {
    @BeforeAll
    static void openJavaToArrow() {
        NativeLibrary.load();
    }

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"FILE,NO_COMPRESSION", "FILE,ZSTD", "FILE,LZ4_FRAME", "STREAM,NO_COMPRESSION", "STREAM,ZSTD"})
    void shouldReadArrowInBothFormsCompressedAndInManyBatches(Flights.Form form, CodecType codec) throws Exception {
        Path file = Flights.write(directory.resolve("flights"), form, 3, codec);
        try (BufferAllocator allocator = new RootAllocator();
                FlightsInput input = FlightsInput.read(file, allocator)) {
            assertThat(input.batches()).hasSize(3);
            FlightStats stats = statsOf(input);
            assertThat(stats.all().flights()).isEqualTo(270);
            assertThat(stats.incomplete()).isEqualTo(30);
            assertThat(stats.all().meanDistance()).isEqualTo(500.0);
            assertThat(stats.band(0).flights()).isEqualTo(3 * 22);
            assertThat(stats.hour(0).flights()).isEqualTo(3 * 4);
        }
    }

    @Test
    void shouldReadTheSampleThatComesWithTheExample() throws Exception {
        try (BufferAllocator allocator = new RootAllocator();
                FlightsInput input = FlightsInput.readSample(allocator)) {
            FlightGroup all = statsOf(input).all();
            assertThat(all.flights()).isEqualTo(200_000);
            assertThat(all.meanDelay()).isEqualTo(7.500795);
            assertThat(all.meanDistance()).isEqualTo(729.235625);
        }
    }

    @Test
    void shouldReadCsvAndParquet() throws Exception {
        Path csv = directory.resolve("flights.csv");
        Files.writeString(csv, "carrier,delay,distance,time\nAA,10,100,7\nBB,,200,8\nCC,20,300,9.5\n");
        Path parquet = directory.resolve("flights.parquet");
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            // Other systems write decimals and short floats.
            statement.execute(
                    "COPY (SELECT delay::DECIMAL(6, 1) AS delay, distance::FLOAT AS distance, time FROM read_csv('"
                            + csv + "')) TO '" + parquet + "' (FORMAT parquet)");
        }
        for (Path file : new Path[] {csv, parquet}) {
            try (BufferAllocator allocator = new RootAllocator();
                    FlightsInput input = FlightsInput.read(file, allocator)) {
                FlightStats stats = statsOf(input);
                assertThat(stats.all().flights()).as("%s", file).isEqualTo(2);
                assertThat(stats.incomplete()).isEqualTo(1);
                assertThat(stats.all().meanDelay()).isEqualTo(15);
                assertThat(stats.hour(9).flights()).isEqualTo(1);
            }
        }
    }

    @Test
    void shouldSayWhatIsWrongWithAnInputInOneLine() throws Exception {
        refuses(directory.resolve("absent")).hasMessageEndingWith("no such file");
        refuses(directory).hasMessageContaining("is a directory");
        refuses(Files.createFile(directory.resolve("empty"))).hasMessageEndingWith("is empty");
        refuses(Files.write(directory.resolve("noise"), new byte[] {1, 2, 3, 0, 5}))
                .hasMessageContaining("is not an Arrow file or stream, nor Parquet or CSV");
        refuses(Files.writeString(directory.resolve("text"), "hello\nworld\n"))
                .hasMessageEndingWith("begins with 'hello'");
        refuses(Files.writeString(directory.resolve("a.json"), "[{\"time\":1,\"delay\":2}]"))
                .hasMessageContaining("is not an Arrow file or stream, nor Parquet or CSV");
        refuses(Files.writeString(directory.resolve("a.csv"), "delay,distance\n1,2\n"))
                .hasMessageContaining("has no column 'time'; it has delay, distance");
        refuses(Files.writeString(directory.resolve("b.csv"), "time,delay,distance\n1,late,2\n"))
                .hasMessageContaining("column 'delay' is Utf8, and a number is needed");
        refuses(Files.writeString(directory.resolve("c.csv"), "time,delay,distance\n"))
                .hasMessageMatching("(?s).*(no rows|a number is needed).*");
    }

    @Test
    void shouldRefuseEveryTruncationOfAnArrowFileAndStream() throws Exception {
        for (Flights.Form form : Flights.Form.values()) {
            byte[] whole =
                    Files.readAllBytes(Flights.write(directory.resolve("whole"), form, 2, CodecType.NO_COMPRESSION));
            // The last 8 bytes of a stream only say that it ends; without them all batches are there.
            int end = form == Flights.Form.FILE ? whole.length - 1 : whole.length - 9;
            for (int length = 16; length < end; length += 97) {
                Path cut = Files.write(directory.resolve("cut"), Arrays.copyOf(whole, length));
                try (BufferAllocator allocator = new RootAllocator();
                        FlightsInput input = FlightsInput.read(cut, allocator)) {
                    // A stream may end between two messages.
                    assertThat(form).isEqualTo(Flights.Form.STREAM);
                    assertThat(input.rows() % Flights.ROWS).isZero();
                } catch (InputException refused) {
                    assertThat(refused.getMessage()).startsWith(cut + ": ").doesNotContain("\n");
                }
            }
        }
    }

    private AbstractThrowableAssert<?, ?> refuses(Path file) {
        return assertThatThrownBy(() -> {
                    try (BufferAllocator allocator = new RootAllocator()) {
                        FlightsInput.read(file, allocator).close();
                    }
                })
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageNotContaining("\n");
    }

    private static FlightStats statsOf(FlightsInput input) {
        return FlightsTask.statsOf(input.batches(), 0, input.rows());
    }
}
