package io.atoll.benchmarks.flights;

import io.atoll.examples.flights.ExtractedLibraries;
import io.atoll.examples.flights.FlightsInput;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import org.apache.arrow.c.ArrowArrayStream;
import org.apache.arrow.c.Data;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.util.ByteArrayReadableSeekableByteChannel;
import org.duckdb.DuckDBConnection;

/** What the flights example computes, by DuckDB. Argument: how many times the input is taken. */
public final class FlightsInDuckDb {
    private static final String SAMPLE = "flights-200k.arrow";
    private static final String WHAT = "count(*), avg(delay), quantile_disc(delay, 0.95),"
            + " avg(CASE WHEN delay > 15 THEN 1.0 ELSE 0.0 END), avg(distance) FROM flights, range(";

    private FlightsInDuckDb() {}

    public static void main(String[] arguments) throws Exception {
        int scale = Integer.parseInt(arguments[0]);
        io.atoll.jni.NativeLibrary.load(); // it opens Java's buffers to Arrow
        byte[] bytes;
        try (var in = FlightsInput.class.getResourceAsStream(SAMPLE)) {
            bytes = in.readAllBytes();
        }
        try (BufferAllocator allocator = new RootAllocator();
                Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                ArrowFileReader reader =
                        new ArrowFileReader(new ByteArrayReadableSeekableByteChannel(bytes), allocator);
                ArrowArrayStream stream = ArrowArrayStream.allocateNew(allocator)) {
            ExtractedLibraries.delete("libduckdb_java");
            Data.exportArrayStream(allocator, reader, stream);
            ExtractedLibraries.delete("jnilib-");
            ((DuckDBConnection) connection).registerArrowStream("read", stream);
            try (Statement statement = connection.createStatement()) {
                statement.execute("CREATE TABLE flights AS SELECT time, delay, distance FROM read");
                print(
                        statement,
                        "SELECT floor(time)::INTEGER % 24 AS key, " + WHAT + scale + ") GROUP BY key ORDER BY key");
                print(
                        statement,
                        "SELECT CASE WHEN distance < 250 THEN 0 WHEN distance < 500 THEN 1 WHEN distance < 1000 THEN 2"
                                + " WHEN distance < 1500 THEN 3 WHEN distance < 2000 THEN 4 ELSE 5 END AS key, " + WHAT
                                + scale + ") GROUP BY key ORDER BY key");
            }
        }
    }

    private static void print(Statement statement, String sql) throws Exception {
        try (ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                System.out.printf(
                        "%3d %,12d %9.2f min %7.0f min %6.2f %% %9.2f miles%n",
                        rows.getInt(1),
                        rows.getLong(2),
                        rows.getDouble(3),
                        rows.getDouble(4),
                        100 * rows.getDouble(5),
                        rows.getDouble(6));
            }
        }
    }
}
