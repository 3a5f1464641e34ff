package io.atoll.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.internal.codecs.CodecRegistry;
import io.atoll.table.Table;
import io.atoll.tensor.Tensor;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the pages of docs/ and the README say in Java, run from top to bottom as a reader would. */
class PagesRunTest {
    private static final AtollOptions SMALL =
            AtollOptions.builder().storeBytes(64 << 20).workers(2).cpus(2).build();
    private static final Pattern FILES = Pattern.compile("\n## Files\n(?s:.*?)```java\n(?<java>(?s:.*?))```");

    @TempDir
    Path classes;

    static Stream<Path> pages() throws Exception {
        return Pages.pages().stream().filter(PagesRunTest::hasJava);
    }

    private static boolean hasJava(Path page) {
        try {
            return Pages.BLOCK
                    .matcher(Files.readString(page))
                    .results()
                    .anyMatch(block -> !Pages.SHOWN.matcher(block.group(2)).find());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @MethodSource("pages")
    void shouldRun(Path page) throws Exception {
        Pages.Source source = Pages.source(page);
        assertThat(Pages.compile(source, classes)).isEmpty();
        if (source.text().contains("Atoll.init(")) {
            run(page, null);
            return;
        }
        try (AtollSession session = Atoll.init(SMALL)) {
            run(page, session);
            assertThat(session.awaitTasks(Duration.ofMinutes(1))).isTrue();
        }
    }

    private void run(Path page, AtollSession session) throws Exception {
        try (URLClassLoader loader = loader()) {
            Class<?> type = loader.loadClass("Page");
            Constructor<?> constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            Object its = constructor.newInstance();
            if (session != null) {
                set(its, "session", session);
                set(its, "shared", Atoll.put(Tensor.of(new double[] {1, 2, 3})));
                set(its, "tableRef", delays());
            }
            Method method = type.getDeclaredMethod("page", double[].class);
            method.setAccessible(true);
            method.invoke(its, new double[] {1, 2, 3});
            forgetCodecs(loader);
        }
    }

    /** Those that the page has registered are of classes that nobody else finds. */
    private void forgetCodecs(ClassLoader loader) throws Exception {
        try (Stream<Path> files = Files.list(classes)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(".class")) {
                    CodecRegistry.unregister(loader.loadClass(name.substring(0, name.length() - ".class".length())));
                }
            }
        }
    }

    private URLClassLoader loader() throws Exception {
        return new URLClassLoader(new URL[] {classes.toUri().toURL()});
    }

    private static void set(Object page, String name, Object value) throws Exception {
        Field field = page.getClass().getDeclaredField(name);
        field.setAccessible(true);
        field.set(page, value);
    }

    private static ObjectRef<Table> delays() {
        try (BufferAllocator allocator = new RootAllocator();
                Float8Vector delay = new Float8Vector("delay", allocator);
                VectorSchemaRoot batch = VectorSchemaRoot.of(delay)) {
            delay.setSafe(0, 1.5);
            batch.setRowCount(1);
            try (Table table = Table.of(batch)) {
                return Atoll.put(table);
            }
        }
    }

    /** What the README shows of files, with files that are there. */
    @Test
    void shouldReadAndWriteFilesAsTheReadmeDoes() throws Exception {
        Path parquet = classes.resolve("trips.parquet");
        Path arrows = classes.resolve("trips.arrows");
        try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duck.createStatement()) {
            statement.execute("COPY (SELECT range AS trip FROM range(1000)) TO '" + parquet + "' (FORMAT parquet)");
        }
        Matcher files = FILES.matcher(Files.readString(Path.of("../../README.md")));
        assertThat(files.find()).isTrue();
        String body = files.group("java");
        assertThat(body).contains("'trips.parquet'").contains("\"trips.arrows\"");
        String text = Stream.of(
                                "io.atoll.*",
                                "io.atoll.table.*",
                                "java.nio.channels.*",
                                "java.nio.file.*",
                                "java.sql.*",
                                "org.apache.arrow.memory.*",
                                "org.apache.arrow.vector.ipc.*",
                                "org.duckdb.*",
                                "static java.nio.file.StandardOpenOption.*")
                        .map(name -> "import " + name + ";\n")
                        .reduce("", String::concat)
                + "class Trips { static long count(Table trips) { return trips.rowCount(); } }\n"
                + "class Page {\n static void page() throws Exception {\n"
                + body.replace("trips.parquet", parquet.toString()).replace("trips.arrows", arrows.toString())
                + "}}";
        assertThat(Pages.compile(new Pages.Source("README", text), classes)).isEmpty();
        try (AtollSession session = Atoll.init(SMALL);
                URLClassLoader loader = loader()) {
            Method method = loader.loadClass("Page").getDeclaredMethod("page");
            method.setAccessible(true);
            method.invoke(null);
            assertThat(session.awaitTasks(Duration.ofMinutes(1))).isTrue();
        }
        assertThat(arrows).isNotEmptyFile();
    }
}
