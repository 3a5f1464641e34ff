package io.atoll.examples.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.atoll.Atoll;
import io.atoll.ObjectRef;
import io.atoll.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class RbfTest extends Node {
    @Test
    void shouldFillABlockATask() {
        double[] x = {0, 0, 1, 0, 0, 2, 3, 3, -1, 1};
        List<ObjectRef<Tensor>> blocks = Rbf.matrix(Atoll.put(Tensor.of(x, 5, 2)), 0.3, 5, 2);
        assertThat(blocks).hasSize(2);
        int i = 0;
        for (Tensor block : Atoll.get(blocks)) {
            for (long row = 0; row < block.shape()[0]; ++row, ++i) {
                for (int j = 0; j < 5; ++j) {
                    double square = Math.pow(x[2 * i] - x[2 * j], 2) + Math.pow(x[2 * i + 1] - x[2 * j + 1], 2);
                    assertThat(block.getDouble(row, j)).isCloseTo(Math.exp(-0.3 * square), within(1e-15));
                }
            }
            block.close();
        }
        assertThat(i).isEqualTo(5);
        assertThat(copied()).isZero();
    }

    /** The program itself, which starts a node of its own. */
    @Test
    void shouldPlotThreeHeaps(@TempDir Path directory) throws Exception {
        close();
        Path file = directory.resolve("rbf.png");
        RbfPlot.main(new String[] {file.toString()});
        assertThat(Files.size(file)).isGreaterThan(10_000);
        BufferedImage image = ImageIO.read(file.toFile());
        assertThat(image.getWidth()).isEqualTo(980);
        assertThat(mean(image, 100, 100)).as("near each other: dark").isLessThan(150);
        assertThat(mean(image, 100, 500)).as("in other heaps: white").isGreaterThan(240);
        open();
    }

    /** Of the red of a square of 100 pixels. */
    private static double mean(BufferedImage image, int left, int top) {
        long sum = 0;
        for (int x = left; x < left + 100; ++x) {
            for (int y = top; y < top + 100; ++y) {
                sum += image.getRGB(x, y) >> 16 & 255;
            }
        }
        return sum / 1e4;
    }
}
