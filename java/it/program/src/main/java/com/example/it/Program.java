package com.example.it;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.TaskException;
import io.atoll.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;

/** What a build may break: views of shared memory, values and exceptions of the program's own classes, lambdas. */
public final class Program {
    private Program() {}

    private record Part(int from, double sum, long pid) {}

    private static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final Part part;

        Refused(Part part) {
            super("refused");
            this.part = part;
        }
    }

    private static Part sum(Tensor values, int from, int to) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += values.getDouble(i);
        }
        return new Part(from, sum, ProcessHandle.current().pid());
    }

    private static Part refuse(Part part) {
        throw new Refused(part);
    }

    public static void main(String[] arguments) throws Exception {
        run();
        System.out.println("ok");
    }

    public static void run() throws Exception {
        AtollOptions options =
                AtollOptions.builder().workers(2).storeBytes(64L << 20).build();
        try (AtollSession session = Atoll.init(options)) {
            double[] values = new double[1000];
            for (int i = 0; i < values.length; i++) {
                values[i] = i;
            }
            ObjectRef<Tensor> shared = Atoll.put(Tensor.of(values, values.length));
            List<ObjectRef<Part>> parts = new ArrayList<>();
            for (int i = 0; i < values.length; i += 100) {
                parts.add(Atoll.task(Program::sum, shared, i, i + 100).remote());
            }
            double sum = 0;
            for (Part part : Atoll.get(parts)) {
                sum += part.sum;
                check(part.pid != ProcessHandle.current().pid(), "a task ran in the driver");
            }
            check(sum == 999 * 500, "the sum is " + sum);

            int added = (int) sum;
            ExecutorService pool = Atoll.executor();
            check(pool.submit(() -> added + 1).get() == added + 1, "a lambda");

            Part part = new Part(7, 8, 9);
            try {
                Atoll.task(Program::refuse, part).remote().get();
                throw new AssertionError("nothing was thrown");
            } catch (TaskException e) {
                check(e.getCause() instanceof Refused refused && refused.part.equals(part), "it threw " + e);
            }
        }
    }

    private static void check(boolean is, String what) {
        if (!is) {
            throw new AssertionError(what);
        }
    }
}
