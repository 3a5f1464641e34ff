package io.atoll.internal.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.ObjectId;
import io.atoll.StoreException;
import io.atoll.internal.objects.Fixture;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A class that has other fields where its objects are read is never filled with what was meant for the others. */
class OtherVersionsTest {
    private static final String MAKES = "public class Makes { public static Object make() { return %s; } }";
    private static final String HOLDER = "class Holder { P p = new P(); }";
    private static final String RECORD_BESIDE = "new Object[] {new Holder(), new R(1, 2)}";
    private static final String P = "class P { int x = 1, y = 2; }";

    @TempDir
    private Path directory;

    /** A loader of a version of some classes. */
    private URLClassLoader version(String name, String value, String classes) throws IOException {
        Path home = Files.createDirectory(directory.resolve(name));
        Path source = Files.writeString(home.resolve("Makes.java"), MAKES.formatted(value) + classes);
        assertThat(ToolProvider.getSystemJavaCompiler()
                        .run(null, null, null, "-proc:none", "-d", home.toString(), source.toString()))
                .isZero();
        return new URLClassLoader(new URL[] {home.toUri().toURL()}, getClass().getClassLoader());
    }

    private static <T> T in(ClassLoader loader, Callable<T> work) throws Exception {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            return work.call();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** Of each: what makes a value, its classes where it is written, and where it is read. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "new P() | class P { int x = 1, y = 2; } | class P { int a = 1, x = 2; }",
                "new P() | class P { int x = 1, y = 2; } | class P { int x = 1, z = 2; }",
                "new P() | class P { int x = 1; } | class P { int x = 1, y = 2; }",
                "new P() | class P { int x = 1; long y = 2; } | class P { int y = 1; long x = 2; }",
                "new P() | class P { Object x = \"x\"; String y = \"y\"; } | class P { String x; Object y; }",
                "new P() | class O { int x = 1; } class P extends O { } | class O { } class P extends O { int x = 1; }",
                "new Holder() | class P { int x = 1, y = 2; } | class P { int a = 1, x = 2; }",
                "new Holder() | final class P { int x = 1, y = 2; } | final class P { int a = 1, x = 2; }",
                "new Object[] {1, new P()} | class P { int x = 1, y = 2; } | class P { int a = 1, x = 2; }",
                "new java.util.ArrayList<>(java.util.List.of(new P(), new P())) | " + P + " | class P { int a, x; }",
                RECORD_BESIDE + " | record R(int lo, int hi) { } " + P + " | record R(int hi, int lo) { } " + P,
                RECORD_BESIDE + " | record R(int lo, int hi) { } " + P + " | record R(int lo, long hi) { } " + P,
                "new E() | class E extends Exception { int x = 1, y = 2; } | class E extends Exception { int a, x; }",
                "new S() | class S implements java.io.Serializable { int x = 1, y = 2; Object writeReplace() { return"
                        + " this; } } | class S implements java.io.Serializable { int a, x; Object writeReplace() {"
                        + " return this; } }",
                "new H() | class H implements java.io.Serializable { int x = 1, y = 2; private void"
                        + " writeObject(java.io.ObjectOutputStream out) throws java.io.IOException {"
                        + " out.defaultWriteObject(); } } | class H implements java.io.Serializable { int a, x; }"
            })
    void shouldSayThatAClassHasOtherFields(String versions) throws Exception {
        String[] parts = versions.split(" \\| ");
        String holder = parts[0].contains("Holder") ? HOLDER : "";
        try (URLClassLoader writer = version("writer", parts[0], holder + parts[1]);
                URLClassLoader same = version("same", parts[0], holder + parts[1]);
                URLClassLoader other = version("other", parts[0], holder + parts[2]);
                Fixture fixture = new Fixture()) {
            Object value = writer.loadClass("Makes").getDeclaredMethod("make").invoke(null);
            List<ObjectId> ids = new ArrayList<>();
            for (Object each : List.of(value, new Object[] {new Plain(), value, value})) {
                ids.add(in(writer, () -> fixture.codec.put(each)));
            }
            for (ObjectId each : ids) {
                assertThat(in(same, () -> fixture.codec.get(each, Duration.ZERO)))
                        .isNotNull();
                assertThatThrownBy(() -> in(other, () -> fixture.codec.get(each, Duration.ZERO)))
                        .isExactlyInstanceOf(StoreException.class)
                        .hasMessageContaining("has other fields here than where it was written")
                        .hasMessageNotContaining("damaged");
                fixture.store.dereference(each);
            }
        }
    }

    private static final class Plain {
        private int number;
    }
}
