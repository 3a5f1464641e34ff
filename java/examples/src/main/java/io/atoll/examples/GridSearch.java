package io.atoll.examples;

import io.atoll.Atoll;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.tensor.Tensor;
import java.nio.DoubleBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/** The best of many settings, tried in parallel on one data set that is in memory once, for all processes. */
public final class GridSearch {
    private static final int POINTS = 4_000;

    private GridSearch() {}

    /** A setting, and how well it does. */
    public record Trial(double bandwidth, double error) {}

    /** Kernel regression: each tenth point is predicted from all the others. */
    static Trial trial(Tensor points, double bandwidth) {
        DoubleBuffer xy = points.asDoubleBuffer(); // a view of the store: nothing is copied, whoever looks
        double error = 0;
        for (int i = 0; i < POINTS; i += 10) {
            double weighted = 0;
            double weights = 1e-300;
            for (int j = 0; j < POINTS; ++j) {
                if (i != j) {
                    double distance = (xy.get(2 * i) - xy.get(2 * j)) / bandwidth;
                    double weight = Math.exp(-0.5 * distance * distance);
                    weights += weight;
                    weighted += weight * xy.get(2 * j + 1);
                }
            }
            error += Math.pow(xy.get(2 * i + 1) - weighted / weights, 2);
        }
        return new Trial(bandwidth, error / (POINTS / 10));
    }

    static Tensor noisySine() {
        Random random = new Random(1);
        double[] xy = new double[2 * POINTS];
        for (int i = 0; i < POINTS; ++i) {
            xy[2 * i] = 10 * random.nextDouble();
            xy[2 * i + 1] = Math.sin(xy[2 * i]) + 0.3 * random.nextGaussian();
        }
        return Tensor.of(xy, POINTS, 2);
    }

    public static void main(String[] args) {
        try (AtollSession session = Atoll.init()) {
            ObjectRef<Tensor> points = Atoll.put(noisySine()); // once
            List<ObjectRef<Trial>> trials = new ArrayList<>();
            for (double bandwidth = 0.01; bandwidth < 4; bandwidth *= 1.5) {
                trials.add(Atoll.task(GridSearch::trial, points, bandwidth).remote());
            }
            Trial best = Atoll.get(trials).stream()
                    .min(Comparator.comparingDouble(Trial::error))
                    .orElseThrow();
            System.out.printf("bandwidth %.3f has the least error, %.4f%n", best.bandwidth(), best.error());
        }
    }
}
