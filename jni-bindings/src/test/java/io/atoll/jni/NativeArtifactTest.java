package io.atoll.jni;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the file that we ship needs of a machine, and shows to it. */
@Tag("once")
class NativeArtifactTest {
    /** glibc of Ubuntu 22.04; Debian 12 and Red Hat 10 have newer ones. */
    private static final int OLDEST_GLIBC_MINOR = 35;

    @TempDir
    Path directory;

    @Test
    void shouldExportTheNativeMethodsAndNothingElse() throws Exception {
        Set<String> exported = readelf("--dyn-syms")
                .lines()
                .map(line -> line.trim().split("\\s+"))
                .filter(column -> column.length == 8 && !column[6].equals("UND"))
                .filter(column -> column[4].equals("GLOBAL") || column[4].equals("WEAK"))
                .map(column -> column[7])
                .collect(Collectors.toSet());
        Set<String> methods = Arrays.stream(StoreNative.class.getDeclaredMethods())
                .filter(method -> Modifier.isNative(method.getModifiers()))
                .map(Method::getName)
                .map(name -> "Java_io_atoll_jni_StoreNative_" + name)
                .collect(Collectors.toSet());
        assertThat(exported).isEqualTo(methods);
    }

    @Test
    void shouldNeedOnlyTheCLibrary() throws Exception {
        String dynamic = readelf("--dynamic");
        assertThat(matches("NEEDED.*\\[(.*)]", dynamic))
                .isNotEmpty()
                .allMatch(library -> library.matches("(libc|libm|ld-linux-.*)\\.so\\.\\d+"));
        assertThat(dynamic).doesNotContain("RUNPATH", "RPATH");
    }

    @Test
    void shouldRunOnTheOldestGlibcThatWePromise() throws Exception {
        assertThat(matches("Name: GLIBC_2\\.(\\d+)", readelf("--version-info")))
                .isNotEmpty()
                .allMatch(minor -> Integer.parseInt(minor) <= OLDEST_GLIBC_MINOR);
    }

    private String readelf(String option) throws Exception {
        Path library = NativeLibrary.extractTo(directory);
        Process process = new ProcessBuilder("readelf", "--wide", option, library.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    private static List<String> matches(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(result -> result.group(1))
                .toList();
    }
}
