package ${package};

import io.atoll.Atoll;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Sums the parts of an array in worker processes, which all look at the one copy of it. */
public class App {
    static double sum(Tensor values, int from, int to) {
        double sum = 0;
        for (int i = from; i < to; ++i) {
            sum += values.getDouble(i);
        }
        return sum;
    }

    static double sumInWorkers(double[] values, int parts) {
        ObjectRef<Tensor> shared = Atoll.put(Tensor.of(values, values.length));
        List<ObjectRef<Double>> sums = new ArrayList<>();
        for (int part = 0; part < parts; ++part) {
            int from = (int) ((long) values.length * part / parts);
            int to = (int) ((long) values.length * (part + 1) / parts);
            sums.add(Atoll.task(App::sum, shared, from, to).remote());
        }
        return Atoll.get(sums).stream().mapToDouble(Double::doubleValue).sum();
    }

    public static void main(String[] arguments) {
        try (AtollSession session = Atoll.init()) {
            double[] values = IntStream.range(0, 1_000_000).asDoubleStream().toArray();
            System.out.println("the sum is " + sumInWorkers(values, 10));
        }
    }
}
