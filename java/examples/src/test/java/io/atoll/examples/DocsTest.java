package io.atoll.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.RemoteFunction1;
import io.atoll.Resources;
import io.atoll.TaskCall;
import io.atoll.TaskException;
import io.atoll.WorkerDiedException;
import io.atoll.concurrent.TaskContext;
import io.atoll.concurrent.WorkerEnvironment;
import io.atoll.internal.node.Backlog;
import io.atoll.internal.process.Gpus;
import io.atoll.internal.process.MachineMemory;
import io.atoll.internal.process.WorkerCommand;
import io.atoll.spi.TaskPolicy;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.NumberFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pages of docs/: their Java compiles, their tables name what there is, and the examples they show exist. */
class DocsTest {
    private static final Pattern READ = Pattern.compile("System\\.getenv\\((?<name>[^()]+)\\)");

    @TempDir
    Path classes;

    @Test
    void javaOnThePagesShouldCompile() throws Exception {
        int blocks = 0;
        for (Path page : Pages.pages()) {
            Pages.Source source = Pages.source(page);
            blocks +=
                    (int) Pages.BLOCK.matcher(Files.readString(page)).results().count();
            assertThat(Pages.compile(source, classes)).as(page.toString()).isEmpty();
        }
        assertThat(blocks).isGreaterThan(20);
    }

    @Test
    void whatThePagesShowShouldBeThere() throws Exception {
        List<String> shown = new ArrayList<>();
        for (Path page : Pages.pages()) {
            Matcher matcher = Pages.SHOWN.matcher(Files.readString(page));
            while (matcher.find()) {
                shown.add(matcher.group(1));
                assertThat(Path.of("../..", matcher.group(1)))
                        .as(page.toString())
                        .isRegularFile();
            }
        }
        try (Stream<Path> examples = Files.list(Path.of("src/main/java/io/atoll/examples"))) {
            List<String> all = examples.filter(Files::isRegularFile)
                    .map(file -> "java/examples/" + file)
                    .filter(file -> !file.endsWith("package-info.java"))
                    .toList();
            assertThat(shown).as("every example has its page").containsAll(all);
        }
    }

    @Test
    void optionsShouldBeThoseThereAre() throws Exception {
        String page = Files.readString(Pages.DOCS.resolve("options.md"));
        assertThat(named(page, "Of a node", 1))
                .isEqualTo(methods(AtollOptions.Builder.class, AtollOptions.Builder.class));
        assertThat(named(page, "Of a task", 1)).isEqualTo(methods(TaskCall.class, TaskCall.class));
        assertThat(named(page, "Of a task", 2)).isEqualTo(methods(RemoteFunction1.class, RemoteFunction1.class));
    }

    @Test
    void defaultsShouldBeThoseThereAre() throws Exception {
        String page = Files.readString(Pages.DOCS.resolve("options.md"));
        AtollOptions defaults = AtollOptions.builder().build();
        assertThat(cells(page, "Of a node", 2))
                .containsEntry("maxObjects", defaults.maxObjects() == 1 << 24 ? "2^24" : defaults.maxObjects() + "")
                .containsEntry("putTimeout", defaults.putTimeout().toSeconds() + " s")
                .containsEntry(
                        "spillDirectory",
                        Path.of(System.getProperty("java.io.tmpdir"))
                                        .equals(defaults.spillDirectory().orElseThrow())
                                ? "`java.io.tmpdir`"
                                : "elsewhere")
                .containsEntry("tasksPerWorker", defaults.tasksPerWorker() == 0 ? "without limit" : "some")
                .containsEntry("workers", cpus(WorkerCommand.workers(defaults)))
                .containsEntry("cpus", cpus(defaults.resources().quantity(Resources.CPU)))
                .containsEntry("resource", only(defaults.resources(), Resources.CPU))
                .containsEntry("workerJvmArguments", none(defaults.workerJvmArguments()))
                .containsEntry("workerClassPath", none(defaults.workerClassPath()))
                .containsEntry("workerEnvironment", defaults.workerEnvironment().isEmpty() ? "this process's" : "other")
                .containsEntry(
                        "crashDirectory",
                        none(defaults.crashDirectory().stream().toList()))
                .containsEntry(
                        "storeBytes",
                        WorkerCommand.storeBytes(defaults) == MachineMemory.bytes() / 3
                                ? "a third of the machine's memory"
                                : "another part")
                .containsEntry("withoutSpilling", defaults.spillDirectory().isPresent() ? "" : "so")
                .hasSize(17);
    }

    /** Those that the runtime works out. */
    @Test
    void defaultsShouldBeWorkedOutAsThePageSays() throws Exception {
        Map<String, String> page = cells(Files.readString(Pages.DOCS.resolve("options.md")), "Of a node", 2);
        AtollOptions defaults = AtollOptions.builder().build();
        assertThat(defaults.gpus()).isEmpty();
        double listed = Gpus.find(AtollOptions.builder()
                        .workerEnvironment("CUDA_VISIBLE_DEVICES", "4,5,6")
                        .build())
                .count();
        assertThat(page)
                .containsEntry(
                        "gpus",
                        listed == 3
                                ? "as many as `CUDA_VISIBLE_DEVICES` of this process lists, without it as `nvidia-smi` does"
                                : listed + "");

        assertThat(defaults.lineageBytes()).isEmpty();
        int share = (int) constant("io.atoll.internal.runtime.DriverRuntime", "LINEAGE_SHARE");
        assertThat(page).containsEntry("lineageBytes", share == 16 ? "a sixteenth of the store" : "1/" + share);

        assertThat(defaults.maxUnfinishedTasks()).isZero();
        long driver = Runtime.getRuntime().maxMemory();
        boolean isHalf = Backlog.most(1000) == 500;
        long bytes = driver / 4 * 3 / Backlog.most(Long.MAX_VALUE);
        assertThat(page)
                .containsEntry(
                        "maxUnfinishedTasks",
                        (isHalf ? "half" : "a part")
                                + " of `maxObjects`, and what three quarters of the driver's heap have room for at "
                                + bytes + " bytes each");

        assertThat(defaults.workerHeapBytes()).isZero();
        long store = 64 << 20;
        AtollOptions two = AtollOptions.builder().storeBytes(store).workers(2).build();
        long left = MachineMemory.bytes() - store - driver;
        assertThat(page)
                .containsEntry(
                        "workerHeapBytes",
                        WorkerCommand.find(DocsTest.class, two).contains("-Xmx" + left / 2)
                                ? "a share of what the machine has beside store and driver"
                                : "another share");
    }

    private static Object constant(String type, String name) throws ReflectiveOperationException {
        Field field = Class.forName(type).getDeclaredField(name);
        field.setAccessible(true);
        return field.get(null);
    }

    /** What a task has that says nothing, by a task that does. */
    @Test
    void defaultsOfTasksShouldBeThoseThereAre() throws Exception {
        Map<String, String> page = cells(Files.readString(Pages.DOCS.resolve("options.md")), "Of a task", 3);
        try (AtollSession session = Atoll.init(
                AtollOptions.builder().storeBytes(64 << 20).workers(1).cpus(1).build())) {
            String[] has = Atoll.task(DocsTest::ofThisTask).remote().get();
            assertThat(page)
                    .containsEntry("numCpus", has[0])
                    .containsEntry("numGpus", has[1])
                    .containsEntry("resource", has[2])
                    .containsEntry("timeout", has[3])
                    .containsEntry("name", has[4].equals("ofThisTask") ? "the method's" : has[4])
                    .containsEntry("in", environments());
            assertThatThrownBy(() -> Atoll.task(DocsTest::end).remote().get())
                    .isInstanceOfSatisfying(
                            WorkerDiedException.class,
                            died -> assertThat(page).containsEntry("retries", died.attempt() - 1 + ""));
            assertThatThrownBy(() -> Atoll.task(DocsTest::fail).remote().get())
                    .isInstanceOfSatisfying(
                            TaskException.class,
                            thrown ->
                                    assertThat(page).containsEntry("retryOn", thrown.attempt() == 1 ? "none" : "some"));
        }
        Object usual = constant("io.atoll.TaskOptions", "USUAL");
        Method policy = usual.getClass().getDeclaredMethod("policy");
        policy.setAccessible(true);
        TaskPolicy says = (TaskPolicy) policy.invoke(usual);
        assertThat(page)
                .containsEntry(
                        "backoff", says.backoff().plus(says.longestBackoff()).isZero() ? "none" : says + "")
                .containsEntry("isolated", says.isIsolated() ? "yes" : "no")
                .hasSize(10);
    }

    /** What a task runs in that says nothing: of the driver, and of a task that says something. */
    private static String environments() {
        WorkerEnvironment other = new WorkerEnvironment(List.of(), List.of("-Dof.other=true"), Map.of());
        return (Atoll.task(DocsTest::isOfOther).remote().get() ? "the other" : "none") + ", or "
                + (Atoll.task(DocsTest::startsOne).in(other).remote().get()
                        ? "that of the task that starts it"
                        : "none there, too");
    }

    static boolean isOfOther() {
        return Boolean.getBoolean("of.other");
    }

    static boolean startsOne() {
        return Atoll.task(DocsTest::isOfOther).isolated().remote().get();
    }

    static String[] ofThisTask() {
        TaskContext task = TaskContext.current();
        Resources has = task.resources();
        return new String[] {
            NumberFormat.getInstance(Locale.ROOT).format(has.quantity(Resources.CPU)),
            NumberFormat.getInstance(Locale.ROOT).format(has.quantity(Resources.GPU)),
            only(has, Resources.CPU),
            task.deadline().map(Object::toString).orElse("none"),
            task.name().replaceAll(".*\\W", "")
        };
    }

    static int end() {
        Runtime.getRuntime().halt(1);
        return 0;
    }

    static int fail() throws IOException {
        throw new IOException("as it is meant");
    }

    private static String cpus(double count) {
        return count == Runtime.getRuntime().availableProcessors() ? "CPUs of the machine" : count + "";
    }

    private static String none(List<?> values) {
        return values.isEmpty() ? "none" : values.toString();
    }

    private static String only(Resources resources, String name) {
        return resources.quantities().keySet().equals(Set.of(name)) ? "none" : resources.toString();
    }

    @Test
    void variablesShouldBeThoseThatAreRead() throws Exception {
        Set<String> read = new TreeSet<>(WorkerCommand.VARIABLES);
        for (String artifact : List.of("api", "store", "objects", "scheduler", "runtime", "arrow")) {
            try (Stream<Path> sources = Files.walk(Path.of("..", artifact, "src/main"))) {
                for (Path each : sources.filter(file -> file.toString().endsWith(".java"))
                        .toList()) {
                    String text = Files.readString(each);
                    Matcher matcher = READ.matcher(text);
                    while (matcher.find()) {
                        String name = matcher.group("name");
                        Matcher constant =
                                Pattern.compile(" " + name + " = \"(\\w+)\";").matcher(text);
                        if (name.startsWith("\"")) {
                            read.add(name.substring(1, name.length() - 1));
                        } else if (constant.find()) {
                            read.add(constant.group(1));
                        } else { // those of JVM arguments, above
                            assertThat(text).as(each.toString()).contains("WorkerCommand.VARIABLES.forEach(" + name);
                        }
                    }
                }
            }
        }
        String page = Files.readString(Pages.DOCS.resolve("options.md"));
        assertThat(cells(page, "Environment", 2).keySet().stream()
                        .flatMap(cell -> Stream.of(cell.split("[`, ]+")))
                        .filter(name -> !name.isEmpty()))
                .containsExactlyInAnyOrderElementsOf(read);
    }

    /** The cells of a column below a heading, by the first of their row. */
    private static Map<String, String> cells(String page, String heading, int column) {
        return section(page, heading)
                .collect(Collectors.toMap(
                        line -> name(line.split("\\|")[1].strip()), line -> line.split("\\|")[column].strip()));
    }

    private static String name(String cell) {
        return cell.replaceAll("^`(\\w+)\\(.*\\)`$", "$1");
    }

    private static Stream<String> section(String page, String heading) {
        String section = page.substring(page.indexOf("## " + heading) + 3);
        int end = section.indexOf("\n## ");
        return section.substring(0, end < 0 ? section.length() : end).lines().filter(line -> line.startsWith("| `"));
    }

    /** Names in a column of the table below a heading. */
    private static Set<String> named(String page, String heading, int column) {
        return section(page, heading)
                .map(line -> line.split("\\|")[column].strip())
                .map(DocsTest::name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Public methods that give back the same kind of thing, changed. */
    private static Set<String> methods(Class<?> type, Class<?> returned) {
        return Stream.of(type.getMethods())
                .filter(method -> !java.lang.reflect.Modifier.isStatic(method.getModifiers()))
                .filter(method -> returned.isAssignableFrom(method.getReturnType())
                        || method.getReturnType().isAssignableFrom(returned) && method.getReturnType() != Object.class)
                .map(Method::getName)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
