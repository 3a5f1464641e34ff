package io.atoll.examples;

import io.atoll.Atoll;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.table.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.duckdb.DuckDBResultSet;

/** Features of several Parquet files, one task a file: DuckDB reads, and its rows go straight into shared memory. */
public final class ParquetFeatures {
    private static final int FILES = 4;

    private ParquetFeatures() {}

    /** Means by user, of one file, as an Arrow table in the store. */
    static ObjectRef<Table> features(String file) throws SQLException, IOException {
        String query = "SELECT user, avg(amount) AS mean FROM '" + file + "' GROUP BY user ORDER BY user";
        try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duck.createStatement();
                DuckDBResultSet rows = (DuckDBResultSet) statement.executeQuery(query);
                BufferAllocator allocator = new RootAllocator();
                ArrowReader reader = (ArrowReader) rows.arrowExportStream(allocator, 65_536)) {
            return Table.put(reader);
        }
    }

    private static void write(Path file, int seed) throws SQLException {
        try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duck.createStatement()) {
            statement.execute("COPY (SELECT i % 1000 AS user, (i * 7919 + " + seed + ") % 1000 / 10.0 AS amount "
                    + "FROM range(100000) t(i)) TO '" + file + "' (FORMAT parquet)");
        }
    }

    public static void main(String[] args) throws IOException, SQLException {
        Path directory = Files.createTempDirectory("features");
        try (AtollSession session = Atoll.init()) {
            List<ObjectRef<ObjectRef<Table>>> features = new ArrayList<>();
            for (int i = 0; i < FILES; ++i) {
                Path file = directory.resolve("day-" + i + ".parquet");
                write(file, i);
                features.add(
                        Atoll.task(ParquetFeatures::features, file.toString()).remote());
            }
            for (ObjectRef<ObjectRef<Table>> day : features) {
                try (Table table = day.get().get()) { // views of what the worker wrote
                    VectorSchemaRoot batch = table.batches().get(0);
                    BigIntVector user = (BigIntVector) batch.getVector("user");
                    Float8Vector mean = (Float8Vector) batch.getVector("mean");
                    System.out.printf(
                            "%d users; of user %d the mean is %.2f%n", table.rowCount(), user.get(7), mean.get(7));
                }
            }
        } finally {
            for (int i = 0; i < FILES; ++i) {
                Files.deleteIfExists(directory.resolve("day-" + i + ".parquet"));
            }
            Files.delete(directory);
        }
    }
}
