package io.atoll.internal.graph;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;

/** Enums that are hidden, have bodies, fields and interfaces, and all that holds them. */
@SuppressWarnings({"serial", "unused"})
final class UsersEnums {
    private UsersEnums() {}

    static List<Object> all() {
        List<Object> all = new ArrayList<>();
        all.add(Hidden.SECOND);
        all.add(new PublicWithHidden());
        all.add(Operation.TWICE);
        all.add(new OfBodies());
        all.add(new Generic<>(Hidden.FIRST));
        all.add(new Declared());
        all.add(new Sets());
        all.add(new Maps());
        all.add(new Arrays());
        all.add(new Recorded(Hidden.SECOND, Operation.NEGATE, new Hidden[] {Hidden.FIRST, null}));
        all.add(new Interfaces());
        all.add(new Single());
        return all;
    }

    private enum Hidden {
        FIRST,
        SECOND
    }

    /** Each constant is of a class of its own. */
    private enum Operation implements IntUnaryOperator {
        TWICE {
            @Override
            public int applyAsInt(int value) {
                return 2 * value;
            }
        },
        NEGATE {
            @Override
            public int applyAsInt(int value) {
                return -value;
            }
        }
    }

    private enum Counting {
        ONE(1),
        MANY(99);

        private final int count;
        private int uses; // of this process, not of a value

        Counting(int count) {
            this.count = count;
        }
    }

    private enum Only {
        INSTANCE
    }

    public static class PublicWithHidden implements Serializable {
        public final Hidden field = Hidden.SECOND;
        Hidden none;
        private Hidden own = Hidden.FIRST;
    }

    static final class OfBodies implements Serializable {
        private final Operation twice = Operation.TWICE;
        private final IntUnaryOperator asInterface = Operation.NEGATE;
        private final Object asObject = Operation.TWICE;
    }

    static final class Generic<E extends Enum<E>> implements Serializable {
        private final E value;
        private final Class<E> type;
        private final Enum<?> any;

        Generic(E value) {
            this.value = value;
            type = value.getDeclaringClass();
            any = value;
        }
    }

    static final class Declared implements Serializable {
        private final Enum<?> first = Counting.MANY;
        private final Comparable<?> second = Counting.ONE;
        private final Serializable third = Hidden.FIRST;
    }

    static final class Sets implements Serializable {
        private final EnumSet<Hidden> all = EnumSet.allOf(Hidden.class);
        private final EnumSet<Hidden> none = EnumSet.noneOf(Hidden.class);
        private final EnumSet<Operation> bodies = EnumSet.of(Operation.NEGATE);
    }

    static final class Maps implements Serializable {
        private final EnumMap<Operation, Hidden> byBody = new EnumMap<>(Map.of(Operation.TWICE, Hidden.FIRST));
        private final EnumMap<Hidden, Object> empty = new EnumMap<>(Hidden.class);
        private final TreeMap<Counting, String> sorted =
                new TreeMap<>(Map.of(Counting.MANY, "many", Counting.ONE, "one"));
    }

    static final class Arrays implements Serializable {
        private final Hidden[] some = {Hidden.SECOND, Hidden.SECOND};
        private final Operation[][] nested = {{Operation.TWICE}, {}};
        private final Enum<?>[] mixed = {Hidden.FIRST, Operation.NEGATE};
        private final Object[] objects = {Counting.ONE};
    }

    private record Recorded(Hidden component, Operation body, Hidden[] array) implements Serializable {}

    private static final class Interfaces implements Serializable {
        private final List<IntUnaryOperator> operations = List.of(Operation.NEGATE, Operation.TWICE);
    }

    private static final class Single implements Serializable {
        private final Only only = Only.INSTANCE;
        private final Only[] array = {Only.INSTANCE};
    }
}
