package io.atoll.internal.process;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.AtollException;
import java.io.IOException;
import java.lang.module.ModuleFinder;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibraryVersionsTest {
    /** That of the JDK, which has nothing of Arrow's. */
    private static final ClassLoader NONE = ClassLoader.getPlatformClassLoader();

    @TempDir
    Path directory;

    @Test
    void shouldRefuseAnArrowThatIsTooOldByItsName() {
        assertThatThrownBy(() -> LibraryVersions.check("/a/x.jar:/repo/arrow-memory-core-16.1.0.jar:/a/classes", NONE))
                .isInstanceOf(AtollException.class)
                .hasMessageContaining("Arrow 16.1.0 (/repo/arrow-memory-core-16.1.0.jar)")
                .hasMessageContaining("17.0.0 is the least");
        assertThatThrownBy(() -> LibraryVersions.check("arrow-vector-9.0.0.jar", NONE))
                .isInstanceOf(AtollException.class);
    }

    @Test
    void shouldTakeAllOthers() {
        assertThatCode(() -> LibraryVersions.check(
                        "/r/arrow-vector-17.0.0.jar:/r/arrow-format-20.1.0-SNAPSHOT.jar"
                                + ":/r/arrow-flight-core-2.0.0.jar:/r/my-arrow-vector-1.0.jar:arrow-vector.jar:/r/16.0",
                        NONE))
                .doesNotThrowAnyException();
    }

    /** As a Spring Boot archive has them: jars that lie in a jar, and a loader that reads those. */
    @Test
    void shouldAskALoaderWhereItHasFoundArrow() {
        String jar = "jar:nested:/srv/shop.jar/!BOOT-INF/lib/arrow-memory-core-VERSION.jar!/org/apache/arrow/memory/";
        assertThatThrownBy(() -> LibraryVersions.check(new OneClass(jar.replace("VERSION", "16.1.0"))))
                .isInstanceOf(AtollException.class)
                .hasMessageContaining(
                        "Arrow 16.1.0 (jar:nested:/srv/shop.jar/!BOOT-INF/lib/arrow-memory-core-16.1.0.jar) is older");
        assertThatCode(() -> LibraryVersions.check(new OneClass(jar.replace("VERSION", "18.3.0"))))
                .doesNotThrowAnyException();
        assertThatCode(() -> LibraryVersions.check(getClass().getClassLoader())).doesNotThrowAnyException();
    }

    /** As a directory of jars on the module path has them, whose names are not in the path. */
    @Test
    void shouldAskModulesWhereTheirJarsAre() throws IOException {
        assertThatThrownBy(() -> LibraryVersions.check(moduleIn("arrow-vector-16.1.0.jar"), NONE))
                .isInstanceOf(AtollException.class)
                .hasMessageMatching("(?s)Arrow 16\\.1\\.0 \\(file:.*/arrow-vector-16\\.1\\.0\\.jar\\) is older .*");
        assertThatCode(() -> LibraryVersions.check(moduleIn("arrow-vector-17.0.0.jar"), NONE))
                .doesNotThrowAnyException();
        try (URLClassLoader old = with("16.1.0", NONE)) {
            assertThatThrownBy(() -> LibraryVersions.check(moduleIn("vector.jar"), old))
                    .isInstanceOf(AtollException.class);
        }
    }

    /** A layer of one module, without classes. */
    private ModuleLayer moduleIn(String jar) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Automatic-Module-Name", "org.apache.arrow.vector");
        Path modules = Files.createTempDirectory(directory, "modules");
        new JarOutputStream(Files.newOutputStream(modules.resolve(jar)), manifest).close();
        ModuleLayer boot = ModuleLayer.boot();
        return boot.defineModulesWithOneLoader(
                boot.configuration()
                        .resolve(ModuleFinder.of(modules), ModuleFinder.of(), Set.of("org.apache.arrow.vector")),
                NONE);
    }

    /** A place that has what Maven leaves in a jar of Arrow's, before all others. */
    private URLClassLoader with(String version, ClassLoader parent) throws IOException {
        Path properties = directory.resolve("META-INF/maven/org.apache.arrow/arrow-vector/pom.properties");
        Files.createDirectories(properties.getParent());
        Files.writeString(properties, "artifactId=arrow-vector\ngroupId=org.apache.arrow\nversion=" + version + "\n");
        return new URLClassLoader(new URL[] {directory.toUri().toURL()}, parent) {
            @Override
            public URL getResource(String name) {
                URL own = findResource(name);
                return own != null ? own : super.getResource(name);
            }
        };
    }

    @Test
    void shouldAskWhatMavenHasLeftWhereNoNameSaysTheVersion() throws IOException {
        try (URLClassLoader old = with("16.1.0", NONE)) {
            assertThatThrownBy(() -> LibraryVersions.check("/srv/shop-all.jar", old))
                    .isInstanceOf(AtollException.class)
                    .hasMessageContaining("Arrow 16.1.0 (file:" + directory)
                    .hasMessageContaining("17.0.0 is the least");
            assertThatThrownBy(() -> LibraryVersions.check(old)).isInstanceOf(AtollException.class);
            assertThatCode(() -> LibraryVersions.check("/r/arrow-vector-17.0.0.jar", old))
                    .as("a name does")
                    .doesNotThrowAnyException();
        }
        try (URLClassLoader least = with("17.0.0", NONE)) {
            assertThatCode(() -> LibraryVersions.check("/srv/shop-all.jar", least))
                    .doesNotThrowAnyException();
        }
    }

    /** As a jar that holds another's Arrow, under other names, has them. */
    @Test
    void shouldTakeClassesThatAreNewerThanWhatMavenHasLeft() throws IOException {
        try (URLClassLoader mixed = with("16.1.0", getClass().getClassLoader())) {
            assertThatCode(() -> LibraryVersions.check("/srv/shop-all.jar", mixed))
                    .doesNotThrowAnyException();
        }
    }

    private static final class OneClass extends ClassLoader {
        private final String place;

        OneClass(String place) {
            super(null);
            this.place = place;
        }

        @Override
        public URL getResource(String name) {
            if (!name.equals("org/apache/arrow/memory/BufferAllocator.class")) {
                return null;
            }
            try {
                return new URL(null, place + "BufferAllocator.class", new URLStreamHandler() {
                    @Override
                    protected URLConnection openConnection(URL url) throws IOException {
                        throw new IOException("nobody is to read it");
                    }
                });
            } catch (MalformedURLException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
