package io.atoll.examples;

import io.atoll.Atoll;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.tensor.DType;
import io.atoll.tensor.Tensor;
import io.atoll.tensor.WritableTensor;
import java.nio.DoubleBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Bodies that attract each other. Each step reads the last one's blocks where they lie and writes new ones into the store. */
public final class NBody {
    private static final int BODIES = 2_000;
    private static final int BLOCKS = 4;
    private static final int SIZE = BODIES / BLOCKS;
    private static final double DT = 1e-3;

    private NBody() {}

    /** Position and velocity of one block's bodies, a step later. */
    static ObjectRef<Tensor> step(List<ObjectRef<Tensor>> blocks, int mine) {
        List<Tensor> all = Atoll.get(blocks);
        DoubleBuffer old = all.get(mine).asDoubleBuffer();
        try (WritableTensor next = Tensor.create(DType.FLOAT64, SIZE, 4)) { // memory of the store, written in place
            DoubleBuffer out = next.as(DoubleBuffer.class);
            for (int i = 0; i < SIZE; ++i) {
                double x = old.get(4 * i), y = old.get(4 * i + 1);
                double ax = 0, ay = 0;
                for (Tensor block : all) {
                    DoubleBuffer other = block.asDoubleBuffer();
                    for (int j = 0; j < SIZE; ++j) {
                        double dx = other.get(4 * j) - x;
                        double dy = other.get(4 * j + 1) - y;
                        double squared = dx * dx + dy * dy + 1e-3;
                        double pull = 1 / (squared * Math.sqrt(squared) * BODIES);
                        ax += pull * dx;
                        ay += pull * dy;
                    }
                }
                double vx = old.get(4 * i + 2) + DT * ax, vy = old.get(4 * i + 3) + DT * ay;
                out.put(4 * i, x + DT * vx)
                        .put(4 * i + 1, y + DT * vy)
                        .put(4 * i + 2, vx)
                        .put(4 * i + 3, vy);
            }
            return next.seal();
        } finally {
            all.forEach(Tensor::close);
        }
    }

    public static void main(String[] args) {
        Random random = new Random(2);
        try (AtollSession session = Atoll.init()) {
            List<ObjectRef<Tensor>> blocks = new ArrayList<>();
            for (int b = 0; b < BLOCKS; ++b) {
                blocks.add(Atoll.put(Tensor.of(random.doubles(4L * SIZE, -1, 1).toArray(), SIZE, 4)));
            }
            for (int step = 0; step < 20; ++step) {
                List<ObjectRef<ObjectRef<Tensor>>> next = new ArrayList<>();
                for (int b = 0; b < BLOCKS; ++b) {
                    next.add(Atoll.task(NBody::step, blocks, b).remote());
                }
                blocks = Atoll.get(next);
            }
            double momentum = 0; // attraction keeps it as it was
            for (Tensor block : Atoll.get(blocks)) {
                for (int i = 0; i < SIZE; ++i) {
                    momentum += block.getDouble(i, 2) / BODIES;
                }
            }
            System.out.printf("20 steps of %,d bodies; mean velocity %.6f%n", BODIES, momentum);
        }
    }
}
