package com.example.kernel;

import io.atoll.Atoll;
import io.atoll.AtollSession;
import io.atoll.NodeStats;
import io.atoll.ObjectRef;
import io.atoll.TaskException;
import io.atoll.tensor.Tensor;
import java.nio.ByteOrder;
import java.nio.LongBuffer;

/** Runs them in workers, which have them from the class path. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        try (AtollSession session = Atoll.init()) {
            ObjectRef<Tensor> x = Atoll.put(Tensor.of(new double[] {0, 0.3, 0.6, 0.9}));

            try (Tensor smooth = Atoll.task(Smooth::of, x, 1L).remote().get()) {
                System.out.println("means of neighbours: " + smooth.getDouble(0) + " ... " + smooth.getDouble(3));
                check(Math.abs(smooth.getDouble(1) - 0.3) < 1e-12);
            }

            ObjectRef<byte[]> counts =
                    Atoll.task(Smooth::histogramOf, x.id(), 2L).remote().get();
            LongBuffer bins = counts.bytes().order(ByteOrder.nativeOrder()).asLongBuffer();
            System.out.println("below and above a half: " + bins.get(0) + ", " + bins.get(1));
            check(bins.get(0) == 2 && bins.get(1) == 2);

            try {
                Atoll.task(Smooth::of, x, -1L).remote().get();
                check(false);
            } catch (TaskException e) {
                System.out.println(e.getCause().getMessage());
                check(e.getCause().getMessage().equals("a width of -1"));
            }

            long copied = Atoll.stats().workers().stream()
                    .mapToLong(NodeStats.ProcessStats::bytesCopied)
                    .sum();
            System.out.println(copied + " bytes copied");
            check(copied == 0);
        }
        System.out.println("ok");
    }

    private static void check(boolean isSo) {
        if (!isSo) {
            throw new AssertionError("it is not as it should be");
        }
    }
}
