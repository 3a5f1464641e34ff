package io.atoll.examples.kmeans;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.Outcome;
import io.atoll.WorkerDiedException;
import io.atoll.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.DoublePointer;

/** With Atoll. Arguments: blocks, rows of each, "bad" or "good", and "skip" to leave out blocks instead of bad rows. */
public final class KMeans {
    private KMeans() {}

    /** As a task: what C++ finds in a block, where it lies. A bad row ends the worker. */
    static double[] sums(Tensor block, double[] centres) {
        double[] sums = Centres.noSums();
        DoublePointer rows = block.as(DoublePointer.class);
        KMeansKernel.addToCentres(rows, block.shape()[0], Readings.GAINS, centres, Centres.COUNT, sums);
        return sums;
    }

    /** Adds what is found in the blocks, and returns those of the next round. */
    static List<ObjectRef<Tensor>> round(List<ObjectRef<Tensor>> blocks, Centres centres, boolean skips) {
        List<ObjectRef<double[]>> all = new ArrayList<>();
        for (ObjectRef<Tensor> block : blocks) {
            // Not again as it is: what one worker dies of another would, too.
            all.add(Atoll.task(KMeans::sums, block, centres.now()).retries(0).remote());
        }
        List<ObjectRef<Tensor>> next = new ArrayList<>();
        for (int i = 0; i < all.size(); ++i) {
            ObjectRef<Tensor> block = blocks.get(i);
            Outcome<double[]> outcome = all.get(i).outcome();
            if (outcome instanceof Outcome.Failure<double[]> failure
                    && failure.exception() instanceof WorkerDiedException died) {
                System.err.println("block " + i + ": its worker ended with " + died.ending());
                if (skips) {
                    continue;
                }
                block = Atoll.task(Blocks::mended, block).remote();
                outcome =
                        Atoll.task(KMeans::sums, block, centres.now()).remote().outcome();
            }
            centres.add(outcome.orElseThrow());
            next.add(block);
        }
        return next;
    }

    public static void main(String[] arguments) {
        Readings readings = Readings.of(arguments);
        boolean skips = arguments.length > 3 && arguments[3].equals("skip");
        AtollOptions options = AtollOptions.defaults().withStoreBytes(readings.bytes() * 5 / 4 + (128L << 20));
        try (AtollSession session = Atoll.init(options)) {
            List<ObjectRef<Tensor>> blocks = new ArrayList<>();
            for (int i = 0; i < readings.blocks(); ++i) {
                blocks.add(Atoll.task(Blocks::read, readings, i).remote());
            }
            Centres centres = new Centres();
            for (int round = 0; round < Centres.ROUNDS; ++round) {
                blocks = round(blocks, centres, skips);
                centres.move();
            }
            System.out.println(centres);
        }
    }
}
