package com.example.app;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.TaskException;
import io.atoll.table.Table;
import io.atoll.tensor.DType;
import io.atoll.tensor.Tensor;
import io.atoll.tensor.WritableTensor;
import java.nio.DoubleBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/** Everything that a module may trip over: functions, values of its own classes, views, what a task throws. */
final class Main {
    private Main() {}

    private enum Kind {
        SMALL,
        LARGE
    }

    private record Point(double x, double y, Kind kind) {}

    private static final class Order {
        private final String name;
        private final List<Point> points = new ArrayList<>();
        private final Map<String, Object> more = new HashMap<>();

        private Order(String name) {
            this.name = name;
        }
    }

    private static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final Point at;

        private Refused(Point at) {
            super("refused at " + at);
            this.at = at;
        }
    }

    private static int twice(int number) {
        return 2 * number;
    }

    private static Order moved(Order order, Point by) {
        Order moved = new Order(order.name + "'");
        for (Point each : order.points) {
            moved.points.add(new Point(each.x + by.x, each.y + by.y, each.kind));
        }
        moved.more.putAll(order.more);
        return moved;
    }

    private static double sum(Tensor tensor) {
        DoubleBuffer numbers = tensor.asDoubleBuffer();
        double sum = 0;
        while (numbers.hasRemaining()) {
            sum += numbers.get();
        }
        return sum;
    }

    private static long rows(Table table) {
        return table.rowCount();
    }

    private static int fail(Point at) {
        throw new Refused(at);
    }

    private static String where() {
        return String.valueOf(Main.class.getModule().getName());
    }

    public static void main(String[] arguments) {
        try (AtollSession session = Atoll.init(AtollOptions.builder().workers(2).build())) {
            check("function", 42, Atoll.task(Main::twice, 21).remote().get());
            int captured = 5;
            check("lambda", 12, Atoll.task((Integer x) -> x + captured, 7).remote().get());
            check("module", Main.class.getModule().getName(), Atoll.task(Main::where).remote().get());

            Order order = new Order("order");
            order.points.add(new Point(1, 2, Kind.LARGE));
            order.more.put("numbers", new int[2000]);
            Order moved = Atoll.task(Main::moved, order, new Point(1, 1, Kind.SMALL)).remote().get();
            check("graph", new Point(2, 3, Kind.LARGE), moved.points.get(0));
            check("array in a graph", 2000, ((int[]) moved.more.get("numbers")).length);

            ObjectRef<Tensor> tensor;
            try (WritableTensor written = Tensor.create(DType.FLOAT64, 100)) {
                written.setDouble(7, 99);
                for (int i = 0; i < 99; i++) {
                    written.setDouble(1, i);
                }
                tensor = written.seal();
            }
            check("tensor", 106.0, Atoll.task(Main::sum, tensor).remote().get());

            try (RootAllocator allocator = new RootAllocator();
                    IntVector vector = new IntVector("n", allocator)) {
                vector.setSafe(2, 3);
                vector.setValueCount(3);
                try (VectorSchemaRoot root = VectorSchemaRoot.of(vector)) {
                    ObjectRef<Table> table = Atoll.put(Table.of(root));
                    check("table", 3L, Atoll.task(Main::rows, table).remote().get());
                }
            }
            try {
                Atoll.task(Main::fail, new Point(0, 0, Kind.SMALL)).remote().get();
                throw new AssertionError("nothing was thrown");
            } catch (TaskException e) {
                check("thrown", 0.0, ((Refused) e.getCause()).at.x);
            }
        }
        System.out.println("ok");
    }

    private static void check(String what, Object wanted, Object got) {
        if (!wanted.equals(got)) {
            throw new AssertionError(what + ": " + got + ", not " + wanted);
        }
    }
}
