package io.atoll.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.jvms.Jvms;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each small example as a person runs it: a process of its own, on the JDK of the tests. */
class ExamplesTest {
    @TempDir
    Path directory;

    static Stream<Arguments> examples() {
        return Stream.of(
                Arguments.of(MonteCarlo.class, "pi is about 3\\.14\\d\\d\n"),
                Arguments.of(GridSearch.class, "bandwidth 0\\.\\d{3} has the least error, 0\\.\\d{4}\n"),
                Arguments.of(WordCount.class, "a 20000\nand 20000\nit 20000\n"),
                Arguments.of(NBody.class, "20 steps of 2,000 bodies; mean velocity -?0\\.\\d{6}\n"),
                Arguments.of(ParquetFeatures.class, "(1000 users; of user 7 the mean is \\d+\\.\\d\\d\n){4}"),
                Arguments.of(Scoring.class, "512 rows scored with one copy of 4\\.2 MB of weights\n"),
                Arguments.of(
                        FailureAndRetry.class,
                        ".*parse threw java.lang.NumberFormatException: For input string: \"twelve\"\n"
                                + "done by attempt 2\n.*deadly: its worker ended with .*9.*\n12\n"),
                Arguments.of(
                        Spilling.class,
                        "512 MiB held in a store of 128 MiB, some of it on disk: true; the sum is right: true\n"));
    }

    private Jvms.Output run(Class<?> example, String... arguments) throws Exception {
        List<Jvms.Jvm> jvms = Jvms.all();
        Jvms.Jvm own = jvms.stream()
                .filter(jvm -> jvm.version() == Runtime.version().feature())
                .findFirst()
                .orElseThrow();
        return Jvms.run(
                own, List.of("-Xmx256m", "-Djava.io.tmpdir=" + directory, "-Duser.language=en"), example, arguments);
    }

    @ParameterizedTest
    @MethodSource("examples")
    void shouldPrintWhatItSays(Class<?> example, String output) throws Exception {
        Jvms.Output ran = run(example);
        assertThat(ran.exit()).as(ran.err()).isZero();
        assertThat(ran.out()).matches(output);
        try (var left = Files.walk(directory)) {
            assertThat(left.filter(Files::isRegularFile)
                            .filter(file -> !file.toString().contains("hsperfdata")))
                    .isEmpty();
        }
    }

    @Test
    void shouldDrawAPicture() throws Exception {
        Path picture = directory.resolve("set.png");
        Jvms.Output ran = run(ImageTiles.class, picture.toString());
        assertThat(ran.exit()).as(ran.err()).isZero();
        var image = ImageIO.read(picture.toFile());
        assertThat(image.getWidth()).isEqualTo(960);
        assertThat(image.getRGB(500, 320) & 0xffffff).as("inside the set").isZero();
        assertThat(image.getRGB(5, 5) & 0xffffff).as("outside").isNotZero();
    }

    /** Those of one file, with the one that is a project by itself. */
    static Stream<Path> sources() throws Exception {
        try (Stream<Path> files = Files.list(Path.of("src/main/java/io/atoll/examples"))) {
            List<Path> own = files.filter(Files::isRegularFile).sorted().toList();
            return Stream.concat(
                    own.stream(), Stream.of(Path.of("onnx/src/main/java/com/example/onnx/OnnxScoring.java")));
        }
    }

    /** They are there to be read at once. */
    @ParameterizedTest
    @MethodSource("sources")
    void shouldBeShort(Path source) throws Exception {
        assertThat(Files.readAllLines(source)).hasSizeLessThanOrEqualTo(80);
    }
}
