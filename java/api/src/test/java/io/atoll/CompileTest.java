package io.atoll;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.jvms.Jvms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What javac accepts: the table of the package page, and how calls look in users' code; on every JDK. */
@Tag("once")
class CompileTest {
    private static final Pattern ROW =
            Pattern.compile("<tr><td>\\{@code (.*)\\}</td><td>(yes|no)</td><td>.*</td></tr>");
    /** Longest error about a submit of a function whose types are known. */
    private static final int MOST_LINES = 40;

    private static final Pattern COST = Pattern.compile("JDK \\d+: (\\w+) .* KB a call, +([\\d.]+) times");
    /** Bytes that javac allocates for a submit on a constant, beside a plain call of a method that takes the same. */
    private static final double MOST_TIMES = 1.3;

    @TempDir
    Path directory;

    /** A statement and whether it is to compile. */
    record Row(String statement, boolean compiles) {}

    private static List<Row> table() {
        return ROW.matcher(UserCode.PAGE)
                .results()
                .map(row -> new Row(
                        "Object result = " + row.group(1) + ";", row.group(2).equals("yes")))
                .toList();
    }

    static Stream<Jvms.Jvm> jvms() throws IOException {
        return Jvms.all().stream();
    }

    @Test
    void shouldFindTheTable() {
        assertThat(table()).hasSizeGreaterThan(80);
        assertThat(UserCode.PAGE.lines().filter(line -> line.contains("<tr><td>")))
                .hasSameSizeAs(table());
    }

    @ParameterizedTest
    @MethodSource("jvms")
    void shouldCompileWhatIsSaidToAndNothingElseAndSayLittleAboutSubmit(Jvms.Jvm jvm) throws Exception {
        List<Row> rows = new ArrayList<>(table());
        more().forEach(statement -> rows.add(new Row(statement, true)));
        wrong().forEach(statement -> rows.add(new Row(statement, false)));
        Path file = Files.write(
                directory.resolve("statements"),
                rows.stream().map(Row::statement).toList());
        Jvms.Output output = Jvms.run(jvm, List.of(), UserCode.class, file.toString());
        List<String> said = output.out().lines().toList();
        assertThat(said).as(output.err()).hasSameSizeAs(rows);
        List<String> otherwise = new ArrayList<>();
        for (int i = 0; i < rows.size(); ++i) {
            int lines = Integer.parseInt(said.get(i));
            boolean isSubmit = rows.get(i).statement.matches("[^:]*[.]submit.*|.*RemoteFunction2.of.*");
            if ((lines == 0) != rows.get(i).compiles || isSubmit && lines >= MOST_LINES) {
                otherwise.add(lines + " lines: " + rows.get(i).statement);
            }
        }
        assertThat(otherwise).isEmpty();
    }

    /**
     * A submit on a constant is no burden to javac. That is held by what it allocates, which no busy machine changes; the
     * time that is printed is for people. What {@code task} and {@code function} cost, and take too long to measure here, the
     * page of {@link Atoll} says.
     */
    @ParameterizedTest
    @MethodSource("jvms")
    void shouldHaveJavacAllocateLittleMoreForSubmitThanForPlainCalls(Jvms.Jvm jvm) throws Exception {
        String[] arguments = {"1", "1", "PLAIN_VALUES", "PLAIN_REFS", "SUBMIT_VALUES", "SUBMIT_REFS"};
        Jvms.Output output = Jvms.run(jvm, List.of("-XX:TieredStopAtLevel=1"), CompileCost.class, arguments);
        System.out.print(output.out());
        Map<String, Double> times = new TreeMap<>();
        COST.matcher(output.out()).results().forEach(row -> times.put(row.group(1), Double.parseDouble(row.group(2))));
        assertThat(times).as(output.err()).hasSize(4);
        assertThat(times.get("SUBMIT_VALUES")).as(output.out()).isLessThanOrEqualTo(MOST_TIMES);
        assertThat(times.get("SUBMIT_REFS")).as(output.out()).isLessThanOrEqualTo(MOST_TIMES);
    }

    /** Functions whose results are not the task's. */
    private static final String PARTS = "class P {"
            + " static java.util.concurrent.CompletableFuture<Integer> later(int n) { return null; }"
            + " static List<Integer> split(int n) { return null; }"
            + " static String[] names(int n) { return null; } } ";

    static List<String> more() {
        return List.of(
                PARTS + "ObjectRef<Integer> r = Atoll.remoteAsync(task(P::later, intRef)); int i = r.get();",
                PARTS + "ObjectRef<Number> r = Atoll.remoteAsync(task(P::later, 3).numCpus(0));",
                PARTS + "List<ObjectRef<Integer>> rs = Atoll.remoteEach(task(P::split, 3), 3);"
                        + " rs = Atoll.remoteEach(task(P::split, intRef).retries(0), 3);",
                PARTS + "List<ObjectRef<String>> rs = Atoll.remoteEachOf(task(P::names, 3), 3);",
                "io.atoll.concurrent.RefStream<Integer> s = Atoll.<Integer>stream(out -> out.emit(1))"
                        + ".numGpus(0.5).isolated().window(2).retries(1).timeout(Duration.ofSeconds(1)).name(\"s\").remote();",
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
                "Object r = task((a, b, c, d, e, f, g, h, i, j) -> 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);",
                "Object r = task((Integer a, Integer b, Integer c, Integer d) -> a + d, intRef, 2, value(3), intRef);",
                "Object r = task((Integer a, Integer b, Integer c, Integer d, Integer e, Integer f) -> a + f,"
                        + " intRef, value(2), intRef, value(4), value(5), intRef);",
                "Object r = run((Integer a, Integer b, Integer c, Integer d, Integer e, Integer f) -> {},"
                        + " value(1), intRef, value(3), intRef, intRef, intRef);",
                "Object r = task((F1<ObjectRef<Table>, String>) U::show, tableRef);",
                "double d = mean.withCpus(2).withGpus(0.5).withResource(\"licence\", 1).submit(tableRef, 3).get();",
                "RemoteAction0 a = RemoteAction0.of(System::gc); ObjectRef<Void> r = a.withRetries(0).submit();",
                "Callable<Integer> c = new Job(); RemoteFunction0<Integer> f = RemoteFunction0.of(c);",
                "RemoteFunction0<Table> f = RemoteFunction0.of(U::load); Table t = f.submit().get();",
                "RemoteFunction1<Long, Long> f = Atoll.function(U::twice); ObjectRef<Long> r = f.submit(longRef);",
                "try (ObjectRef<Integer> r = Atoll.put(1)) { int i = r.get(); }",
                "List<ObjectRef<? extends Number>> rs = List.of(intRef, longRef); List<Number> ns = get(rs);",
                "List<Object> os = get(List.of(intRef, textRef)); List<ObjectRef<?>> rs = List.of(intRef, textRef);"
                        + "WaitResult<Object> w = Atoll.wait(rs, 1);",
                "Set<ObjectRef<Integer>> rs = Set.of(intRef); List<Integer> is = get(rs);"
                        + "int sum = Atoll.asReady(rs).mapToInt(ObjectRef::get).sum();",
                "io.atoll.concurrent.AtollExecutor pool = Atoll.executor(); int x = n;"
                        + "Future<Integer> a = pool.submit(() -> x); Future<?> b = pool.submit(() -> { U.print(\"a\"); });"
                        + "Future<Integer> c = pool.submit(() -> { throw new Exception(); });"
                        + "Future<Table> d = pool.submit(U::load); Future<Integer> e = pool.submit(new Job());"
                        + "Future<String> f = pool.submit(() -> U.print(\"a\"), \"b\"); pool.execute(() -> U.print(\"a\"));"
                        + "Future<?> g = pool.submit(() -> U.print(\"a\")); Future<Integer> h = pool.submit(() -> u.plus(1));"
                        + "Runnable r = () -> {}; pool.execute(r); Future<?> i = pool.submit(r); pool.close();",
                "try (io.atoll.concurrent.AtollExecutor pool = Atoll.executor(Resources.cpus(2))) {"
                        + "List<Callable<Integer>> jobs = List.of(() -> 1, new Job()); pool.invokeAll(jobs);"
                        + "ExecutorService plain = pool; plain.submit(() -> 1);"
                        + "new ExecutorCompletionService<Integer>(pool).submit(() -> 1); }",
                "try (AtollSession s = Atoll.init()) { } try (AtollSession s = Atoll.init(AtollOptions.defaults())) { }");
    }

    static List<String> wrong() {
        return List.of(
                PARTS + "ObjectRef<String> r = Atoll.remoteAsync(task(P::later, 3));",
                PARTS + "ObjectRef<Integer> r = Atoll.remoteAsync(task(P::split, 3));",
                PARTS + "List<ObjectRef<String>> rs = Atoll.remoteEach(task(P::split, 3), 3);",
                PARTS + "List<ObjectRef<Integer>> rs = Atoll.remoteEachOf(task(P::names, 3), 3);",
                PARTS + "Object rs = Atoll.remoteEach(task(P::later, 3), 3);",
                "Object s = run(U::print, textRef).remoteStream(3);",
                "Object s = StreamCall.of(run(U::print, textRef));",
                "Object s = new io.atoll.concurrent.RefStream<Integer>(intRef, intRef);",
                "Object e = io.atoll.concurrent.AtollExecutor.of(Resources.cpus(1));",
                "ObjectRef<Integer> r = task(U::mean, tableRef, 3).remote();",
                "Object r = task(U::mean, tableRef);",
                "Object r = task(U::mean, intRef, 3);",
                "Object r = task((F1<Object, Integer>) o -> 1, new Object()).remote().get().length();",
                "Object r = new TaskCall<Integer>(null, null);",
                "class Mine extends Atoll {}",
                "Object r = new ObjectRef<Integer>(null, null, null);",
                "ObjectRef<Integer> r = mean.submit(table, 3);",
                "RemoteFunction2<Integer, Integer, String> f = RemoteFunction2.of(Math::max);",
                "RemoteFunction2<Table, String, Double> f = RemoteFunction2.of(U::mean);");
    }
}
