package com.example.image;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.tensor.Tensor;

/** A function on a tensor and a value of its own, in workers that are started from the image. */
final class Main {
    private Main() {}

    private record Sum(double value, String javaHome) {}

    private static Sum sum(Tensor tensor) {
        double sum = 0;
        for (long i = 0; i < tensor.size(); i++) {
            sum += tensor.getDouble(i);
        }
        return new Sum(sum, System.getProperty("java.home"));
    }

    public static void main(String[] arguments) {
        try (AtollSession session = Atoll.init(AtollOptions.builder().workers(2).build())) {
            ObjectRef<Tensor> tensor = Atoll.put(Tensor.of(new double[] {1, 2, 3}));
            Sum sum = Atoll.task(Main::sum, tensor).remote().get();
            if (!sum.equals(new Sum(6, System.getProperty("java.home")))) {
                throw new AssertionError(sum);
            }
        }
        System.out.println("ok");
    }
}
