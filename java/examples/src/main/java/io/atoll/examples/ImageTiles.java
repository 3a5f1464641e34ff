package io.atoll.examples;

import io.atoll.Atoll;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.IntBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;

/** A picture of the Mandelbrot set in tiles. Rows of the middle take longest, so each is drawn as it comes. */
public final class ImageTiles {
    private static final int WIDTH = 960;
    private static final int HEIGHT = 640;
    private static final int ROWS = 40; // of a tile

    private ImageTiles() {}

    /** The tile, and where it belongs. */
    public record Tile(int top, Tensor colours) {}

    static Tile draw(int top) {
        int[] colours = new int[ROWS * WIDTH];
        for (int i = 0; i < colours.length; ++i) {
            double re = 3.0 * (i % WIDTH) / WIDTH - 2.2;
            double im = 2.0 * (top + i / WIDTH) / HEIGHT - 1;
            double x = 0;
            double y = 0;
            int steps = 0;
            for (; steps < 400 && x * x + y * y < 4; ++steps) {
                double next = x * x - y * y + re;
                y = 2 * x * y + im;
                x = next;
            }
            colours[i] = steps == 400 ? 0 : 0x010307 * (steps % 64) + 0x101020;
        }
        return new Tile(top, Tensor.of(colours, ROWS, WIDTH));
    }

    public static void main(String[] args) throws IOException {
        Path file = Path.of(args.length > 0 ? args[0] : "mandelbrot.png");
        BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        try (AtollSession session = Atoll.init()) {
            List<ObjectRef<Tile>> tiles = new ArrayList<>();
            for (int top = 0; top < HEIGHT; top += ROWS) {
                tiles.add(Atoll.task(ImageTiles::draw, top).remote());
            }
            for (ObjectRef<Tile> ready : Atoll.eachReady(tiles)) {
                Tile tile = ready.get();
                try (Tensor colours = tile.colours()) { // a view: its memory is the store's, until it is closed
                    IntBuffer pixels = colours.asIntBuffer();
                    for (int i = 0; i < ROWS * WIDTH; ++i) {
                        image.setRGB(i % WIDTH, tile.top() + i / WIDTH, pixels.get(i));
                    }
                }
            }
        }
        ImageIO.write(image, "png", file.toFile());
        System.out.println(file + ": " + WIDTH + " x " + HEIGHT);
    }
}
