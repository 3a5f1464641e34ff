package io.atoll.examples;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.NodeStats;
import io.atoll.ObjectRef;
import io.atoll.tensor.DType;
import io.atoll.tensor.Tensor;
import io.atoll.tensor.WritableTensor;
import java.nio.DoubleBuffer;
import java.util.ArrayList;
import java.util.List;

/** Four times as much as the store has room for: what nobody looks at goes to disk, and comes back when it is asked for. */
public final class Spilling {
    private static final long STORE = 128L << 20;
    private static final int PARTS = 32;
    private static final int ELEMENTS = 2 << 20; // 16 MiB of doubles

    private Spilling() {}

    static ObjectRef<Tensor> part(int number) {
        try (WritableTensor part = Tensor.create(DType.FLOAT64, ELEMENTS)) {
            DoubleBuffer out = part.as(DoubleBuffer.class);
            for (int i = 0; i < ELEMENTS; ++i) {
                out.put(i, number);
            }
            return part.seal();
        }
    }

    static double sum(Tensor part) {
        DoubleBuffer in = part.asDoubleBuffer();
        double sum = 0;
        for (int i = 0; i < ELEMENTS; ++i) {
            sum += in.get(i);
        }
        return sum;
    }

    public static void main(String[] args) {
        try (AtollSession session = Atoll.init(AtollOptions.defaults().withStoreBytes(STORE))) {
            List<ObjectRef<Tensor>> parts = new ArrayList<>();
            for (int i = 0; i < PARTS; ++i) {
                parts.add(Atoll.task(Spilling::part, i).remote().get());
            }
            NodeStats stats = Atoll.stats();
            List<ObjectRef<Double>> sums = new ArrayList<>();
            for (ObjectRef<Tensor> part : parts) {
                sums.add(Atoll.task(Spilling::sum, part).remote());
            }
            double all =
                    Atoll.get(sums).stream().mapToDouble(Double::doubleValue).sum();
            System.out.printf(
                    "%d MiB held in a store of %d MiB, some of it on disk: %b; the sum is right: %b%n",
                    PARTS * (ELEMENTS >> 17),
                    STORE >> 20,
                    stats.spilledBytes() > 0,
                    all == ELEMENTS * (PARTS * (PARTS - 1) / 2.0));
        }
    }
}
