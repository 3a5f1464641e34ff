package io.atoll.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.internal.process.WorkerClassPath;
import io.atoll.jvms.Jvms;
import io.atoll.jvms.Jvms.Jvm;
import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Drivers as people start them; that tests under Surefire find their functions is shown by all the other tests. */
@Timeout(180)
class ProgramsTest {
    private static final String PRINTED = "answer 42, printed in the worker: true\n";

    @TempDir
    Path directory;

    /** The program that is started: its task prints, and calls a function of its own class. */
    public static final class Program {
        private Program() {}

        public static void main(String[] arguments) {
            try (AtollSession session = Atoll.init(AtollOptions.builder()
                    .workers(1)
                    .cpus(1)
                    .storeBytes(32L << 20)
                    .build())) {
                int answer = Atoll.task(Program::answer, 40).remote().get();
                System.out.println("answer " + answer + ", printed in the worker: true");
            }
        }

        static int answer(int base) {
            System.out.println("hello from a task");
            System.err.println("warning from a task");
            return base + 2;
        }
    }

    private static void assertPrinted(String output) {
        assertThat(output).contains(PRINTED);
        assertThat(output).containsPattern("\\(ProgramsTest\\$Program.answer, worker \\d+\\) hello from a task\n");
        assertThat(output).containsPattern("\\(ProgramsTest\\$Program.answer, worker \\d+\\) warning from a task\n");
    }

    @Test
    void shouldRunFromAClassPath() throws Exception {
        try (ChildJvm program = ChildJvm.start(Program.class)) {
            assertPrinted(program.readAll());
            assertThat(program.process().exitValue()).isZero();
        }
    }

    @Test
    void shouldRunFromAJar() throws Exception {
        Path jar = directory.resolve("pro gram.jar");
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, Program.class.getName());
        StringBuilder classPath = new StringBuilder();
        Path own = null;
        for (String entry : WorkerClassPath.find(WorkerMain.class).split(File.pathSeparator)) {
            if (entry.endsWith("test-classes") && Files.exists(Path.of(entry, classFile()))) {
                own = Path.of(entry);
            } else {
                classPath.append(Path.of(entry).toUri()).append(' ');
            }
        }
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, classPath.toString());
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
            out.putNextEntry(new ZipEntry(classFile()));
            Files.copy(own.resolve(classFile()), out);
        }
        try (ChildJvm program = ChildJvm.run(ChildJvm.java(), "-jar", jar.toString())) {
            assertPrinted(program.readAll());
        }
    }

    /** With an entry that is relative to where it is started, an empty one, and jars that a wildcard names. */
    @Test
    void shouldRunFromAClassPathWithAWildcard() throws Exception {
        Path jars = Files.createDirectories(directory.resolve("lib dir"));
        StringBuilder classPath = new StringBuilder();
        for (String entry : WorkerClassPath.find(WorkerMain.class).split(File.pathSeparator)) {
            Path path = Path.of(entry).toAbsolutePath();
            if (Files.isDirectory(path)) {
                String link = "classes" + classPath.length();
                Files.createSymbolicLink(directory.resolve(link), path);
                classPath.append(link).append(File.pathSeparator);
            } else {
                Files.createSymbolicLink(jars.resolve(path.getFileName()), path);
            }
        }
        classPath.append(File.pathSeparator).append("lib dir/*");
        try (ChildJvm program = ChildJvm.run(
                "bash",
                "-c",
                "cd \"$0\" && exec \"$@\"",
                directory.toString(),
                ChildJvm.java(),
                "-cp",
                classPath.toString(),
                Program.class.getName())) {
            assertPrinted(program.readAll());
        }
    }

    private static String classFile() {
        return Program.class.getName().replace('.', '/') + ".class";
    }

    @Test
    void shouldRunUnderAClassLoaderOfItsOwn() throws Exception {
        Path launcher = Path.of(Launcher.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        Path only = Files.createDirectories(directory.resolve("launcher"));
        for (Class<?> type : List.of(Launcher.class)) {
            String file = type.getName().replace('.', '/') + ".class";
            Files.createDirectories(only.resolve(file).getParent());
            Files.copy(launcher.resolve(file), only.resolve(file));
        }
        List<String> command = new ArrayList<>(
                List.of(ChildJvm.java(), "-cp", only.toString(), Launcher.class.getName(), Program.class.getName()));
        command.addAll(List.of(WorkerClassPath.find(WorkerMain.class).split(File.pathSeparator)));
        try (ChildJvm program = ChildJvm.run(command.toArray(new String[0]))) {
            assertPrinted(program.readAll());
        }
    }

    /** Runs a main class in a loader that the JVM's class path says nothing of, as build tools do. */
    public static final class Launcher {
        private Launcher() {}

        public static void main(String[] arguments) throws Exception {
            URL[] urls = new URL[arguments.length - 1];
            for (int i = 0; i < urls.length; ++i) {
                urls[i] = Path.of(arguments[i + 1]).toUri().toURL();
            }
            ClassLoader loader = new URLClassLoader(urls, ClassLoader.getPlatformClassLoader());
            Thread.currentThread().setContextClassLoader(loader);
            loader.loadClass(arguments[0]).getMethod("main", String[].class).invoke(null, (Object) new String[0]);
        }
    }

    @Test
    void shouldRunUnderMavensExecPlugin() throws Exception {
        assumeTrue(Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(entry -> Files.isExecutable(Path.of(entry, "mvn"))));
        StringBuilder elements = new StringBuilder();
        for (String entry : WorkerClassPath.find(WorkerMain.class).split(File.pathSeparator)) {
            elements.append("<additionalClasspathElement>").append(entry).append("</additionalClasspathElement>");
        }
        Files.writeString(directory.resolve("pom.xml"), """
                <project><modelVersion>4.0.0</modelVersion>
                <groupId>test</groupId><artifactId>test</artifactId><version>1</version><packaging>pom</packaging>
                <build><plugins><plugin>
                <groupId>org.codehaus.mojo</groupId><artifactId>exec-maven-plugin</artifactId><version>3.5.0</version>
                <configuration><mainClass>%s</mainClass>
                <additionalClasspathElements>%s</additionalClasspathElements></configuration>
                </plugin></plugins></build></project>
                """.formatted(Program.class.getName(), elements));
        try (ChildJvm maven = ChildJvm.run(
                "mvn", "-q", "-B", "-f", directory.resolve("pom.xml").toString(), "exec:java")) {
            assertPrinted(maven.readAll());
        }
    }

    /** Its class is initialised in the worker, too. */
    private static final String WITH_STATIC_SESSION = """
            import io.atoll.*;

            class StaticSession {
                static final AtollSession SESSION = Atoll.init(AtollOptions.builder().workers(1).cpus(1).build());

                static int answer(int base) {
                    try (AtollSession own = Atoll.init()) {
                        if (!own.socket().equals(SESSION.socket())) {
                            throw new AssertionError(own + " is not " + SESSION);
                        }
                    }
                    SESSION.close();
                    return Atoll.task((Integer one) -> one + (Atoll.isInitialized() ? 1 : 0), base).remote().get() + 1;
                }

                static String refused() {
                    try {
                        return "waited: " + SESSION.awaitTasks(java.time.Duration.ZERO);
                    } catch (UnsupportedOperationException e) {
                        return e.getMessage();
                    }
                }

                public static void main(String[] arguments) {
                    System.out.println("answer " + Atoll.task(StaticSession::answer, 40).remote().get());
                    System.out.println(Atoll.task(StaticSession::refused).remote().get());
                    SESSION.close();
                    try {
                        SESSION.socket();
                    } catch (IllegalStateException e) {
                        System.out.println(e.getMessage().replaceAll("at [^ ]+", "at PATH"));
                    }
                }
            }
            """;

    private static final String OF_STATIC_SESSION = """
            answer 42
            only the driver waits for all tasks: one of them would wait for itself
            the session whose store was at PATH is closed
            """;

    @Test
    void shouldRunWithASessionThatIsAStaticFieldOfTheClassOfTheTasks() throws Exception {
        Path source = Files.writeString(directory.resolve("StaticSession.java"), WITH_STATIC_SESSION);
        String classPath = WorkerClassPath.find(WorkerMain.class);
        int code = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "--release",
                        "17",
                        "-d",
                        directory.toString(),
                        "-cp",
                        classPath,
                        source.toString());
        assertThat(code).isZero();
        Path apart = Files.createDirectory(directory.resolve("apart")); // where the compiled class is not beside it
        Files.move(source, apart.resolve("StaticSession.java"));
        for (Jvm jvm : Jvms.all()) {
            for (List<String> program : List.of(
                    List.of(classPath + File.pathSeparator + directory, "StaticSession"),
                    List.of(classPath, apart.resolve("StaticSession.java").toString()))) { // as classes in memory alone
                try (ChildJvm child = ChildJvm.run(jvm.java().toString(), "-cp", program.get(0), program.get(1))) {
                    assertThat(child.readAll()).as(jvm + ": " + program.get(1)).endsWith(OF_STATIC_SESSION);
                    assertThat(child.process().exitValue()).isZero();
                }
            }
        }
    }
}
