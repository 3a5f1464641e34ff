package io.atoll.examples;

import io.atoll.Atoll;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.RemoteFunction2;
import io.atoll.tensor.Tensor;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A network of two layers whose weights are in memory once, however many workers score with them. */
public final class Scoring {
    private static final int INPUTS = 256;
    private static final int HIDDEN = 4_096;
    private static final int ROWS = 64; // of a batch

    /** The function as a value: what its tasks need travels with it. */
    private static final RemoteFunction2<Model, Tensor, float[]> SCORE =
            RemoteFunction2.of(Scoring::score).withName("score").withRetries(1);

    private Scoring() {}

    /** Tensors inside a record are views too. */
    public record Model(Tensor first, Tensor second) {}

    static float[] score(Model model, Tensor batch) {
        FloatBuffer first = model.first().asFloatBuffer();
        FloatBuffer second = model.second().asFloatBuffer();
        FloatBuffer in = batch.asFloatBuffer();
        float[] scores = new float[ROWS];
        for (int row = 0; row < ROWS; ++row) {
            float score = 0;
            for (int h = 0; h < HIDDEN; ++h) {
                float sum = 0;
                for (int i = 0; i < INPUTS; ++i) {
                    sum += first.get(h * INPUTS + i) * in.get(row * INPUTS + i);
                }
                score += Math.max(0, sum) * second.get(h);
            }
            scores[row] = score;
        }
        return scores;
    }

    private static Tensor random(Random random, int rows, int columns) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; ++i) {
            values[i] = (float) random.nextGaussian() / columns;
        }
        return Tensor.of(values, rows, columns);
    }

    public static void main(String[] args) {
        Random random = new Random(3);
        try (AtollSession session = Atoll.init()) {
            ObjectRef<Model> model = Atoll.put(new Model(random(random, HIDDEN, INPUTS), random(random, 1, HIDDEN)));
            List<ObjectRef<float[]>> scores = new ArrayList<>();
            for (int batch = 0; batch < 8; ++batch) {
                scores.add(SCORE.submit(model, random(random, ROWS, INPUTS)));
            }
            int rows = 0;
            for (float[] batch : Atoll.get(scores)) {
                rows += batch.length;
            }
            System.out.printf(
                    "%d rows scored with one copy of %.1f MB of weights%n", rows, HIDDEN * (INPUTS + 1) * 4 / 1e6);
        }
    }
}
