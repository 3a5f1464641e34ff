package io.atoll.examples.kmeans;

import java.nio.DoubleBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The same on threads of one process: all blocks are on its heap, and a bad row ends everything. Arguments as {@link KMeans}. */
public final class KMeansOnThreads {
    private KMeansOnThreads() {}

    static double[] block(Readings readings, int number) {
        double[] block = new double[readings.rowsOf(number) * Readings.COLUMNS];
        readings.fill(DoubleBuffer.wrap(block), number);
        return block;
    }

    static double[] sums(double[] block, double[] centres) {
        double[] sums = Centres.noSums();
        int rows = block.length / Readings.COLUMNS;
        KMeansKernel.addToCentres(block, rows, Readings.GAINS, centres, Centres.COUNT, sums);
        return sums;
    }

    static double[] mended(double[] block) {
        DoubleBuffer rows = DoubleBuffer.wrap(block);
        double[] good = new double[Readings.good(rows) * Readings.COLUMNS];
        Readings.copyGood(rows, DoubleBuffer.wrap(good));
        return good;
    }

    public static void main(String[] arguments) throws Exception {
        Readings readings = Readings.of(arguments);
        ExecutorService threads =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        try {
            List<Future<double[]>> blocks = new ArrayList<>();
            for (int i = 0; i < readings.blocks(); ++i) {
                int number = i;
                blocks.add(threads.submit(() -> block(readings, number)));
            }
            Centres centres = new Centres();
            for (int round = 0; round < Centres.ROUNDS; ++round) {
                List<Future<double[]>> all = new ArrayList<>();
                for (Future<double[]> block : blocks) {
                    double[] rows = block.get();
                    all.add(threads.submit(() -> sums(rows, centres.now())));
                }
                for (Future<double[]> each : all) {
                    centres.add(each.get());
                }
                centres.move();
            }
            System.out.println(centres);
        } finally {
            threads.shutdownNow();
        }
    }
}
