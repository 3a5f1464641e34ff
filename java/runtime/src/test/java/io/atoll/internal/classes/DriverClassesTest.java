package io.atoll.internal.classes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.F1;
import io.atoll.ObjectRef;
import io.atoll.UnserializableException;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Functions whose classes no worker's class path has; each test has a class of its own name, as workers keep what they load. */
@Timeout(120)
class DriverClassesTest {
    private static final AtollOptions OPTIONS =
            AtollOptions.builder().workers(2).cpus(2).storeBytes(32L << 20).build();

    @TempDir
    Path directory;

    /** Compiled classes of a plugin: a function that makes an object of another class, by a lambda and from a nested task. */
    private URL[] plugin(String name) throws IOException {
        Path source = directory.resolve(name + ".java");
        Files.writeString(source, """
                import io.atoll.*;
                public class NAME implements F1<Integer, Object> {
                    public record Made(int value) {}
                    static Made twice(int value) { return new Made(2 * value); }
                    public Object call(Integer value) {
                        int one = 1;
                        Made inner = Atoll.task(NAME::twice, value).remote().get();
                        return Atoll.task((Made made) -> new Made(made.value() + one), inner).remote().get();
                    }
                }
                """.replace("NAME", name));
        Path classes = Files.createDirectories(directory.resolve("classes"));
        List<String> arguments = new ArrayList<>(List.of("-d", classes.toString()));
        arguments.addAll(List.of(
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                source.toString()));
        int code = ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(new String[0]));
        assertThat(code).isZero();
        return new URL[] {classes.toUri().toURL()};
    }

    @SuppressWarnings("unchecked")
    private static F1<Integer, Object> make(ClassLoader loader, String name) throws ReflectiveOperationException {
        return (F1<Integer, Object>)
                loader.loadClass(name).getDeclaredConstructor().newInstance();
    }

    @Test
    void shouldRunFunctionsOfAPluginThatWasLoadedAfterInit() throws Exception {
        URL[] urls = plugin("Plugin");
        try (AtollSession session = Atoll.init(OPTIONS);
                URLClassLoader loader = new URLClassLoader(urls, getClass().getClassLoader())) {
            ObjectRef<Object> made = Atoll.task(make(loader, "Plugin"), 20).remote();
            ClassLoader before = Thread.currentThread().getContextClassLoader();
            Thread.currentThread().setContextClassLoader(loader);
            try {
                assertThat(made.get()).hasToString("Made[value=41]");
            } finally {
                Thread.currentThread().setContextClassLoader(before);
            }
        }
    }

    @Test
    void shouldServeTheNextSessionToo() throws Exception {
        URL[] urls = plugin("Again");
        try (URLClassLoader loader = new URLClassLoader(urls, getClass().getClassLoader())) {
            F1<Integer, Object> function = make(loader, "Again");
            for (int i = 0; i < 2; i++) {
                try (AtollSession session = Atoll.init(OPTIONS)) {
                    F1<F1<Integer, Object>, String> ours =
                            inner -> inner.call(3).toString();
                    if (i == 0) {
                        Atoll.task(function, 3).remote().close(); // by which its loader is met
                    }
                    assertThat(Atoll.task(ours, function).remote().get()).isEqualTo("Made[value=7]");
                }
            }
        }
    }

    @Test
    void shouldSayWhichLoaderGivesNoBytes() throws Exception {
        URL[] urls = plugin("Secret");
        try (AtollSession session = Atoll.init(OPTIONS);
                URLClassLoader loader = new SilentLoader(urls, getClass().getClassLoader())) {
            F1<Integer, Object> function = make(loader, "Secret");
            assertThatThrownBy(() -> Atoll.task(function, 20).remote())
                    .isInstanceOf(UnserializableException.class)
                    .hasMessageContaining("Secret was made by a class loader, " + SilentLoader.class.getName())
                    .hasMessageContaining("workerClassPath");
        }
    }

    private static final class SilentLoader extends URLClassLoader {
        SilentLoader(URL[] urls, ClassLoader parent) {
            super(urls, parent);
        }

        @Override
        public URL getResource(String name) {
            return null;
        }
    }

    @Test
    void shouldSayThatTheDriverHasNoSuchClass() throws Exception {
        Path session = Files.createDirectories(directory.resolve("session"));
        ClassLoader loader = new DriverClassLoader(session, getClass().getClassLoader());
        assertThatThrownBy(() -> loader.loadClass("no.such.Class")).isInstanceOf(ClassNotFoundException.class);
        try (ClassServer server = ClassServer.start(session, name -> {
            if (name.equals("broken.Class")) {
                throw new IOException("of the loader");
            }
            return null;
        })) {
            assertThatThrownBy(() -> loader.loadClass("no.such.Class"))
                    .isInstanceOf(ClassNotFoundException.class)
                    .hasMessage("no.such.Class");
            assertThatThrownBy(() -> loader.loadClass("broken.Class"))
                    .isInstanceOf(ClassNotFoundException.class)
                    .hasMessageContaining("the driver cannot be asked for it");
        }
        assertThatThrownBy(() -> loader.loadClass("no.such.Class"))
                .isInstanceOf(ClassNotFoundException.class)
                .hasMessageStartingWith("no.such.Class");
    }

    @Test
    void shouldLoadClassesWhoeverIsInterrupted() throws Exception {
        Path session = Files.createDirectories(directory.resolve("session"));
        plugin("Outer");
        byte[] bytes = Files.readAllBytes(directory.resolve("classes/Outer$Made.class"));
        ClassLoader loader = new DriverClassLoader(session, getClass().getClassLoader());
        try (ClassServer server = ClassServer.start(session, name -> name.equals("Outer$Made") ? bytes : null)) {
            Thread.currentThread().interrupt();
            assertThat(loader.loadClass("Outer$Made").getName()).isEqualTo("Outer$Made");
            assertThat(Thread.interrupted()).isTrue();
            for (int i = 0; i < 300; i++) { // at whatever the server does
                Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> thread.getName().startsWith("atoll-class"))
                        .forEach(Thread::interrupt);
                ClassLoader next = new DriverClassLoader(session, getClass().getClassLoader());
                assertThat(next.loadClass("Outer$Made").getName()).isEqualTo("Outer$Made");
            }
        }
    }
}
