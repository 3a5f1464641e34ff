package io.atoll.examples.flights;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.duckdb.DuckDBResultSet;

/** CSV and Parquet, read by DuckDB in this process and handed over through the Arrow C Data Interface. */
final class DuckDbSource implements FlightsInput.Source {
    private static final long BATCH_ROWS = 1 << 16;

    private final Connection connection;
    private final ArrowReader reader;

    /** The function is DuckDB's for the format: {@code read_csv} or {@code read_parquet}. */
    DuckDbSource(Path file, String function, BufferAllocator allocator) throws SQLException, InputException {
        try {
            connection = DriverManager.getConnection("jdbc:duckdb:");
        } finally {
            ExtractedLibraries.delete("libduckdb_java");
        }
        try {
            FlightsInput.checkNames(columns(file, function));
            String names =
                    FlightsInput.COLUMNS.stream().map(name -> '"' + name + '"').collect(Collectors.joining(", "));
            DuckDBResultSet result = (DuckDBResultSet) query("SELECT " + names + " FROM " + function + "(?)", file);
            reader = (ArrowReader) result.arrowExportStream(allocator, BATCH_ROWS);
        } catch (SQLException | InputException | RuntimeException e) {
            connection.close();
            throw e;
        } finally {
            ExtractedLibraries.delete("jnilib-"); // Arrow's C Data Interface
        }
    }

    private List<String> columns(Path file, String function) throws SQLException {
        List<String> names = new ArrayList<>();
        try (ResultSet result = query("DESCRIBE SELECT * FROM " + function + "(?)", file)) {
            while (result.next()) {
                names.add(result.getString("column_name"));
            }
        }
        return names;
    }

    /** The statement is closed with its result, or with the connection. */
    private ResultSet query(String sql, Path file) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        statement.closeOnCompletion();
        statement.setString(1, file.toAbsolutePath().toString());
        return statement.executeQuery();
    }

    @Override
    public ArrowReader reader() {
        return reader;
    }

    @Override
    public void close() throws Exception {
        reader.close();
        connection.close();
    }
}
