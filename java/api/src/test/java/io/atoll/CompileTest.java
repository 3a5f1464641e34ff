package io.atoll;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What javac accepts: the table of the package page, and how calls look in users' code. */
class CompileTest {
    private static final Pattern ROW =
            Pattern.compile("<tr><td>\\{@code (.*)\\}</td><td>(yes|no)</td><td>.*</td></tr>");
    private static final Pattern DECLARATIONS =
            Pattern.compile("Given\\n *\\*\\n *\\* <pre>\\{@code\\n(.*?) \\* \\}</pre>", Pattern.DOTALL);

    private static final String PAGE = read(Path.of("src", "main", "java", "io", "atoll", "package-info.java"));

    private static final Map<String, List<String>> ERRORS =
            compile(Stream.of(table().stream().map(CompileTest::statement), more().stream(), wrong().stream())
                    .flatMap(all -> all)
                    .toList());

    record Row(String call, boolean compiles) {}

    static List<Row> table() {
        return ROW.matcher(PAGE)
                .results()
                .map(row -> new Row(row.group(1), row.group(2).equals("yes")))
                .toList();
    }

    @Test
    void shouldFindTheTable() {
        assertThat(table()).hasSizeGreaterThan(40);
        assertThat(PAGE.lines().filter(line -> line.contains("<tr><td>"))).hasSameSizeAs(table());
    }

    @ParameterizedTest
    @MethodSource("table")
    void shouldCompileAsTheTableSays(Row row) {
        assertThat(errors(statement(row)).isEmpty()).as(row.call).isEqualTo(row.compiles);
    }

    @ParameterizedTest
    @MethodSource("more")
    void shouldCompile(String statements) {
        assertThat(errors(statements)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void shouldNotCompile(String statements) {
        assertThat(errors(statements)).isNotEmpty();
    }

    static List<String> more() {
        return List.of(
                "ObjectRef<Double> r = task(U::mean, tableRef, 3).numCpus(2).numGpus(0.5).retries(0).remote();",
                "double d = task(U::mean, tableRef, 3).resource(\"licence\", 1).name(\"mean\").remote().get();",
                "ObjectRef<Void> r = run(U::print, textRef).numCpus(0).name(\"print\").remote();",
                "ObjectRef<ObjectRef<Integer>> r = task(U::later, 3).remote(); int i = r.get().get();",
                "List<ObjectRef<Double>> rs = new ArrayList<>(); rs.add(task(U::mean, table, 3).remote());"
                        + "List<Double> ds = get(rs); ds = get(rs, Duration.ofSeconds(1));",
                "List<ObjectRef<Double>> rs = List.of(task(U::mean, table, 3).remote());"
                        + "WaitResult<Double> w = Atoll.wait(rs, 1, Duration.ofSeconds(1));"
                        + "List<ObjectRef<Double>> ready = w.ready(), unready = w.unready();",
                "ObjectRef<? extends Table> some = tableRef; Object r = task((F2<Table, Integer, Double>) U::f, some, 3);",
                "ObjectRef<? extends Table> some = tableRef; Object r = task(U::mean, some, intRef);",
                "F2<Table, Integer, Double> f = U::f; double d = get(task(f, tableRef, intRef).remote());",
                "Object r = task(() -> { throw new Exception(); });",
                "Object r = run(() -> { throw new Exception(); });",
                "Object r = task((a, b, c, d, e, f) -> 1, 1, 2, 3, 4, 5, 6);",
                "Object r = task((Integer a, Integer b, Integer c, Integer d, Integer e, Integer f) -> a + f,"
                        + " intRef, 2, intRef, 4, 5, intRef);",
                "Object r = run((Integer a, Integer b, Integer c, Integer d, Integer e, Integer f) -> {},"
                        + " 1, intRef, 3, intRef, intRef, intRef);",
                "Object r = task((F1<ObjectRef<Table>, String>) U::show, tableRef);",
                "try (AtollSession s = Atoll.init()) { } try (AtollSession s = Atoll.init(AtollOptions.defaults())) { }");
    }

    static List<String> wrong() {
        return List.of(
                "ObjectRef<Integer> r = task(U::mean, tableRef, 3).remote();",
                "Object r = task(U::mean, tableRef);",
                "Object r = task(U::mean, intRef, 3);",
                "Object r = task((F1<Object, Integer>) o -> 1, new Object()).remote().get().length();",
                "Object r = new TaskCall<Integer>(null, null);",
                "class Mine extends TaskOverloads {}");
    }

    private static String statement(Row row) {
        return "Object result = " + row.call + ";";
    }

    private static List<String> errors(String statements) {
        return ERRORS.get(statements);
    }

    /** Each in a method of its own of a user's class, which follows what the page declares; compiled together. */
    private static Map<String, List<String>> compile(List<String> all) {
        Matcher given = DECLARATIONS.matcher(PAGE);
        assertThat(given.find()).isTrue();
        String declarations = given.group(1).replaceAll("(?m)^ \\*", "");
        int fields = declarations.indexOf("\n }") + 3;
        StringBuilder source =
                new StringBuilder("import io.atoll.*; import java.io.IOException; import java.time.Duration;"
                        + " import java.util.*; import static io.atoll.Atoll.task; import static io.atoll.Atoll.run;"
                        + " import static io.atoll.Atoll.get;\nclass Table {}\n");
        source.append(declarations, 0, fields).append("\nclass User {").append(declarations.substring(fields));
        Map<String, List<String>> errors = new HashMap<>();
        Map<Long, String> lines = new HashMap<>();
        for (String statements : all) {
            source.append("void user").append(lines.size()).append("() throws Exception {\n");
            lines.put(source.chars().filter(c -> c == '\n').count() + 1, statements);
            source.append(statements).append("\n}\n");
            errors.put(statements, new ArrayList<>());
        }
        source.append("}\n");
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
        JavaFileObject file = new SimpleJavaFileObject(URI.create("string:///User.java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return source;
            }
        };
        List<String> options = List.of(
                "--release",
                "17",
                "-proc:none",
                "-Xmaxerrs",
                "1000",
                "-d",
                "target",
                "-cp",
                System.getProperty("java.class.path"));
        compiler.getTask(null, null, found, options, null, List.of(file)).call();
        for (Diagnostic<? extends JavaFileObject> diagnostic : found.getDiagnostics()) {
            if (diagnostic.getKind() == Diagnostic.Kind.ERROR) {
                String statements = lines.get(diagnostic.getLineNumber());
                assertThat(statements).as("%s", diagnostic).isNotNull();
                errors.get(statements).add(diagnostic.getMessage(Locale.ROOT));
            }
        }
        return errors;
    }

    private static String read(Path path) {
        try {
            return Files.readString(path);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
