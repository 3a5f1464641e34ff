/** Programs that use Atoll, as a module; DuckDB's driver is an automatic one. */
module io.atoll.examples {
    requires duckdb.jdbc;
    requires info.picocli;
    requires io.atoll;
    requires java.desktop;
    requires java.sql;
    requires org.apache.arrow.c;
    requires org.apache.arrow.compression;

    opens io.atoll.examples.flights to
            info.picocli;
}
