package io.atoll.examples.kernels;

import io.atoll.Atoll;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.tensor.Tensor;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;

/** A program: points in three heaps, their kernel matrix by tasks, and a picture of it. */
public final class RbfPlot {
    private static final int POINTS = 900;
    private static final int HEAPS = 3;
    private static final int BLOCKS = 6;
    private static final int MARGIN = 40;

    private RbfPlot() {}

    /** @param arguments the PNG file to write; {@code rbf.png} without */
    public static void main(String[] arguments) throws IOException {
        Path file = Path.of(arguments.length > 0 ? arguments[0] : "rbf.png");
        try (AtollSession session = Atoll.init();
                Tensor points = Tensor.of(heaps(), POINTS, 2)) {
            List<ObjectRef<Tensor>> blocks = Rbf.matrix(Atoll.put(points), 0.5, POINTS, BLOCKS);
            List<Tensor> matrix = Atoll.get(blocks);
            ImageIO.write(plot(matrix), "png", file.toFile());
            matrix.forEach(Tensor::close);
            System.out.println(file.toAbsolutePath() + ": the kernel matrix of " + POINTS + " points in " + HEAPS
                    + " heaps, by " + BLOCKS + " tasks");
        }
    }

    /** One heap after the other, each around a point of its own. */
    static double[] heaps() {
        Random random = new Random(7);
        double[] points = new double[2 * POINTS];
        for (int i = 0; i < POINTS; ++i) {
            int heap = i * HEAPS / POINTS;
            double angle = 2 * Math.PI * heap / HEAPS;
            points[2 * i] = 2 * Math.cos(angle) + random.nextGaussian() / 2;
            points[2 * i + 1] = 2 * Math.sin(angle) + random.nextGaussian() / 2;
        }
        return points;
    }

    /** A pixel an element, from white for 0 to dark blue for 1. */
    static BufferedImage plot(List<Tensor> blocks) {
        int columns = (int) blocks.get(0).shape()[1];
        BufferedImage image = new BufferedImage(columns + 2 * MARGIN, columns + 2 * MARGIN, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
        graphics.setColor(Color.DARK_GRAY);
        graphics.drawRect(MARGIN - 1, MARGIN - 1, columns + 1, columns + 1);
        graphics.dispose();
        int row = 0;
        for (Tensor block : blocks) {
            for (long i = 0; i < block.shape()[0]; ++i, ++row) {
                for (int j = 0; j < columns; ++j) {
                    image.setRGB(MARGIN + j, MARGIN + row, colour(block.getDouble(i, j)));
                }
            }
        }
        return image;
    }

    private static int colour(double value) {
        int bright = (int) Math.round(255 * (1 - value));
        return bright << 16 | bright << 8 | 255 - (255 - bright) / 3;
    }
}
