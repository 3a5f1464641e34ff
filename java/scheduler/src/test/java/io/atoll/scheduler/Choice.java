package io.atoll.scheduler;

import io.atoll.ObjectId;
import io.atoll.Resources;
import io.atoll.concurrent.WorkerEnvironment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;

/** Picks one of so many after the other, as a number says. */
final class Choice implements IntUnaryOperator {
    private int left;

    Choice(int choice) {
        left = choice;
    }

    @Override
    public int applyAsInt(int bound) {
        int picked = Math.floorMod(left, bound);
        left = left / bound * 31 + 17;
        return picked;
    }

    /** None to two of them. */
    static List<ObjectId> some(List<ObjectId> ids, IntUnaryOperator pick) {
        List<ObjectId> some = new ArrayList<>();
        for (int i = pick.applyAsInt(5) - 2; i > 0 && !ids.isEmpty(); --i) {
            some.add(ids.get(pick.applyAsInt(ids.size())));
        }
        return some;
    }

    /** None, or one of so many others. */
    static WorkerEnvironment environment(IntUnaryOperator pick, int others) {
        int chosen = others == 0 ? 0 : pick.applyAsInt(others + 1);
        return chosen == 0
                ? WorkerEnvironment.none()
                : new WorkerEnvironment(List.of(), List.of("-Dchosen=" + chosen), Map.of());
    }

    /** What a driver's task may demand, and a node may not have. */
    static Resources demand(IntUnaryOperator pick) {
        return Resources.none()
                .with(Resources.CPU, new double[] {1, 0.5, 2, 0, 4, 1}[pick.applyAsInt(6)])
                .with(Resources.GPU, new double[] {0, 0, 0, 1, 0.5, 2}[pick.applyAsInt(6)]);
    }
}
