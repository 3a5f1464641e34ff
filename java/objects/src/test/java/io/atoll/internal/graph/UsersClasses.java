package io.atoll.internal.graph;

import java.io.Externalizable;
import java.io.IOException;
import java.io.ObjectInput;
import java.io.ObjectInputStream;
import java.io.ObjectOutput;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamField;
import java.io.Serializable;
import java.math.BigDecimal;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Supplier;

/** Classes of users, with constructors, initializers, hooks and fields of all kinds. */
@SuppressWarnings({"serial", "unused"})
final class UsersClasses {
    private UsersClasses() {}

    static List<Object> all() {
        List<Object> all = new ArrayList<>();
        all.add(new Refilled());
        all.add(new Below());
        all.add(new BelowPlain());
        all.add(new Hooked());
        all.add(new Validating(3));
        all.add(new Proxied(5));
        all.add(new Outside());
        all.add(new Chosen());
        all.add(new Deep());
        all.add(new Cyclic());
        all.add(new Swapped());
        all.add(new Times());
        all.add(new Primitives());
        all.add(new Interned());
        all.add(new Shared());
        all.add(new Nested(new Nested(null, List.of()), List.of(new Nested(null, List.of()))));
        all.add(new Sealed.Circle(2));
        all.add(new Wide());
        all.add(new Shadow());
        all.add(new Callbacks());
        all.add(new SubOfHooked());
        all.add(new Counted());
        all.add(new Interface() {
            private final int inside = 4;

            @Override
            public int value() {
                return inside;
            }
        });
        return all;
    }

    interface Interface extends Serializable {
        int value();
    }

    /** Whose initializers and constructor fill what is not stored. */
    public static class Refilled implements Serializable {
        private final transient List<String> cache = new ArrayList<>(List.of("filled"));
        private transient int number = 7;
        protected String text = "default";

        public Refilled() {
            text = "by the constructor";
            text = text + "!";
        }
    }

    /** Not Serializable, so that Java runs its constructor: what it has is not stored. */
    static class Above {
        String state = "fresh";

        Above() {}
    }

    static final class Below extends Above implements Serializable {
        private final int own = 1;

        Below() {
            super();
        }

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.defaultWriteObject();
        }
    }

    static class Plain implements Serializable {
        String state = "stored";
    }

    static final class BelowPlain extends Plain {
        private final String more;

        BelowPlain() {
            state = "changed";
            more = state;
        }
    }

    static class Hooked implements Serializable {
        private transient double half;
        private final int whole = 8;

        Hooked() {
            half = whole / 2.0;
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            half = whole / 2.0;
        }
    }

    static final class SubOfHooked extends Hooked {
        private final Hooked other = new Hooked();
        private transient Object lost = "lost";
    }

    static final class Validating implements Serializable {
        private final int positive;

        Validating(int positive) {
            if (positive <= 0) {
                throw new IllegalArgumentException();
            }
            this.positive = positive;
        }

        private Object readResolve() {
            return new Validating(positive);
        }
    }

    /** The serialization proxy of Effective Java. */
    static final class Proxied implements Serializable {
        private final transient int value;

        Proxied(int value) {
            this.value = value;
        }

        private Object writeReplace() {
            return new Stub(value);
        }

        private void readObject(ObjectInputStream in) throws IOException {
            throw new IOException("by its proxy alone");
        }

        private record Stub(int value) implements Serializable {
            private Object readResolve() {
                return new Proxied(value);
            }
        }
    }

    public static final class Outside implements Externalizable {
        private int value;
        private transient String note = "of the constructor";

        public Outside() {
            value = -1;
        }

        @Override
        public void writeExternal(ObjectOutput out) throws IOException {
            out.writeInt(12);
            out.writeObject(List.of("a", Optional.class));
        }

        @Override
        public void readExternal(ObjectInput in) throws IOException, ClassNotFoundException {
            value = in.readInt();
            note = in.readObject().toString();
        }
    }

    /** Says itself which fields there are. */
    static final class Chosen implements Serializable {
        private static final ObjectStreamField[] serialPersistentFields = {
            new ObjectStreamField("kept", String.class), new ObjectStreamField("count", int.class)
        };

        private String kept = "kept";
        private int count = 3;
        private String left = "left out";
    }

    static final class Deep implements Serializable {
        private final Map<String, List<Map<Integer, Object[]>>> all = new HashMap<>();

        Deep() {
            all.put("x", new ArrayList<>(List.of(new HashMap<>(Map.of(1, new Object[] {"y", null, new int[0][]})))));
        }
    }

    static final class Cyclic implements Serializable {
        private final Cyclic[] both = {this, null};
        private Object back = List.of("not cyclic");
        private final Holder holder = new Holder(this);

        private static final class Holder implements Serializable {
            private final Cyclic owner;

            Holder(Cyclic owner) {
                this.owner = owner;
            }
        }
    }

    /** Writes what another object reads. */
    static final class Swapped implements Serializable {
        private final String content = "content";

        private Object writeReplace() {
            return new Other(content);
        }

        static final class Other implements Serializable {
            private final String content;

            Other(String content) {
                this.content = content;
            }
        }
    }

    static final class Times implements Serializable {
        private final ZonedDateTime later = ZonedDateTime.of(2024, 10, 27, 2, 30, 0, 0, ZoneId.of("Europe/Berlin"))
                .withLaterOffsetAtOverlap();
        private final ZonedDateTime earlier = later.withEarlierOffsetAtOverlap();
        private final ZonedDateTime gap = ZonedDateTime.of(2024, 3, 31, 2, 30, 0, 0, ZoneId.of("Europe/Berlin"));
        private final ZonedDateTime fixed = later.withFixedOffsetZone();
        private final ZonedDateTime strict =
                ZonedDateTime.ofInstant(later.toLocalDateTime(), ZoneOffset.ofHours(1), ZoneId.of("Europe/Berlin"));
        private final Object[] all = {later, earlier, gap, fixed, strict, new Date(-1), ZoneId.of("UTC+1")};
    }

    static final class Primitives implements Serializable {
        private final byte b = Byte.MIN_VALUE;
        private final short s = Short.MIN_VALUE;
        private final char c = '\uffff';
        private final int i = Integer.MIN_VALUE;
        private final long l = Long.MIN_VALUE;
        private final float f = Float.intBitsToFloat(0x7fc00001);
        private final double d = -0.0;
        private final boolean z = true;
        private final Byte boxed = Byte.MAX_VALUE;
        private final Character none = null;
        private final Number number = new BigDecimal("1.10");
        private final Comparable<?> comparable = 'x';
    }

    static final class Interned implements Serializable {
        private final String one = "same";
        private final String two = one;
        private final String surrogates = "\ud83d\ude00 \ud83d";
        private final String empty = "";
        private final CharSequence sequence = "chars";
    }

    static final class Shared implements Serializable {
        private final List<Object> list = new ArrayList<>(List.of("e"));
        private final List<Object> again = list;
        private final List<Object> view = Collections.unmodifiableList(list);
        private final int[] numbers = {1, 2};
        private final Object sameNumbers = numbers;
    }

    record Nested(Nested inner, List<Nested> others) implements Serializable {
        Nested {
            others = List.copyOf(others);
        }
    }

    sealed interface Sealed extends Serializable {
        record Circle(double radius) implements Sealed {
            static final Circle UNIT = new Circle(1);
        }
    }

    static final class Wide implements Serializable {
        private long a = 1;
        private int b = 2;
        private String c = "3";
        private long d = 4;
        private boolean e = true;
        private Object f = 6;
        private double[] g = {7};
        private char h = '8';
        private Wide i;
        private String[] j = {"10", null};
        private float k = 11;
        private short l = 12;
    }

    static class Hiding implements Serializable {
        private final String name = "above";
        protected int value = 1;
    }

    static final class Shadow extends Hiding {
        private final String name = "below";
        protected long value = 2;
    }

    static final class Callbacks implements Serializable {
        private final Supplier<String> supplier = (Supplier<String> & Serializable) () -> "called";
        private final Comparator<String> comparator = (Comparator<String> & Serializable) (a, b) -> b.compareTo(a);

        @Override
        public String toString() {
            return supplier.get();
        }
    }

    static final class Counted implements Serializable {
        private final AtomicInteger count = new AtomicInteger(3);
        private final AtomicLongArray counts = new AtomicLongArray(new long[] {1, 2});
        private final Optional<String> none = null;
    }
}
