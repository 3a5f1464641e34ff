package io.atoll.examples.flights;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.duckdb.DuckDBResultSet;

/** CSV and Parquet, read by DuckDB in this process and handed over through the Arrow C Data Interface. */
final class DuckDbSource implements FlightsInput.Source {
    enum Format {
        CSV("read_csv(?)"),
        PARQUET("read_parquet(?)");

        private final String from;

        Format(String from) {
            this.from = from;
        }
    }

    private static final long BATCH_ROWS = 1 << 16;

    private final Connection connection;
    private final PreparedStatement statement;
    private final DuckDBResultSet result;
    private final ArrowReader reader;

    DuckDbSource(Path file, Format format, BufferAllocator allocator) throws SQLException {
        connection = DriverManager.getConnection("jdbc:duckdb:");
        try {
            statement = connection.prepareStatement("SELECT * FROM " + format.from);
            statement.setString(1, file.toAbsolutePath().toString());
            result = (DuckDBResultSet) statement.executeQuery();
            reader = (ArrowReader) result.arrowExportStream(allocator, BATCH_ROWS);
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    @Override
    public ArrowReader reader() {
        return reader;
    }

    @Override
    public void close() throws Exception {
        reader.close();
        result.close();
        statement.close();
        connection.close();
    }
}
