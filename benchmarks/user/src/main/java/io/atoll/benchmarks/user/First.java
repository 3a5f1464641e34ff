package io.atoll.benchmarks.user;

import io.atoll.Atoll;
import io.atoll.AtollSession;
import java.util.List;

/** A first result, printed. Argument: int, record or list. */
public final class First {
    private First() {}

    /** An order line. */
    public record Line(int id, String item, double price) {}

    public static void main(String[] arguments) {
        try (AtollSession session = Atoll.init()) {
            switch (arguments[0]) {
                case "int" ->
                    System.out.println(Atoll.task(First::twice, 21).remote().get());
                case "record" ->
                    System.out.println(Atoll.task(First::dearer, new Line(1, "tea", 2.5))
                            .remote()
                            .get());
                case "list" ->
                    System.out.println(Atoll.task(First::total, List.of(20, 21, 1))
                            .remote()
                            .get());
                default -> throw new IllegalArgumentException(arguments[0]);
            }
        }
    }

    static int twice(int number) {
        return 2 * number;
    }

    static Line dearer(Line line) {
        return new Line(line.id(), line.item(), line.price() + 1);
    }

    static int total(List<Integer> numbers) {
        return numbers.stream().mapToInt(Integer::intValue).sum();
    }
}
