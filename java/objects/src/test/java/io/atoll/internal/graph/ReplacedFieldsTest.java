package io.atoll.internal.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.ObjectId;
import io.atoll.StoreException;
import io.atoll.UnserializableException;
import io.atoll.internal.objects.Fixture;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Fields and other places of objects that put another in their place, when they are written or when they are read. */
class ReplacedFieldsTest {
    /** With a hook beside it. */
    static final class Calendar implements Serializable {
        private static final long serialVersionUID = 1;

        private final int first;
        private transient int twice;

        Calendar(int first) {
            this.first = first;
            twice = 2 * first;
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            twice = 2 * first;
        }

        private Object readResolve() {
            return this;
        }
    }

    /** With fields alone. */
    static final class Unit implements Serializable {
        private static final long serialVersionUID = 1;

        private final int length;

        Unit(int length) {
            this.length = length;
        }

        private Object readResolve() {
            return length == 1 ? new Unit(100) : this;
        }
    }

    static class Year {
        final Calendar calendar;

        Year(Calendar calendar) {
            this.calendar = calendar;
        }

        /** Not static: no code is made for it. */
        class Month {
            final Calendar calendar = Year.this.calendar;
            final Unit unit = new Unit(30);
        }
    }

    @Test
    void shouldReadThemWhateverCameBefore() {
        try (Fixture fixture = new Fixture()) {
            Year year = new Year(new Calendar(4));
            Year.Month month = (Year.Month) fixture.roundTrip(year.new Month());
            assertThat(month.calendar.twice).isEqualTo(8);
            assertThat(month.unit.length).isEqualTo(30);
            List<?> any = (List<?>) fixture.roundTrip(List.of(new Calendar(5), new Unit(1), year.new Month()));
            assertThat(((Calendar) any.get(0)).twice).isEqualTo(10);
            assertThat(((Unit) any.get(1)).length).isEqualTo(100);
            assertThat(((Year.Month) any.get(2)).calendar.twice).isEqualTo(8);
            Object[] array = (Object[]) fixture.roundTrip(new Object[] {new Calendar(6), new Year(new Calendar(7))});
            assertThat(((Calendar) array[0]).twice).isEqualTo(12);
            assertThat(((Year) array[1]).calendar.twice).isEqualTo(14);
        }
    }

    static class Base implements Serializable {
        private static final long serialVersionUID = 1;
    }

    static class Elsewhere implements Serializable {
        private static final long serialVersionUID = 1;
    }

    static class GivesAnother extends Base {
        private static final long serialVersionUID = 1;

        private Object readResolve() {
            return new Elsewhere();
        }
    }

    static class ByCode {
        Base base = new GivesAnother();
    }

    static class WithReadResolve implements Serializable {
        private static final long serialVersionUID = 1;
        Base base = new GivesAnother();

        private Object readResolve() {
            return this;
        }
    }

    class ByInterpreter {
        Base base = new GivesAnother();
    }

    record Component(Base base) {}

    /** As java.io does, and not only where the JVM looks itself. */
    @Test
    void shouldSetNoFieldToAnObjectOfAnotherClass() {
        try (Fixture fixture = new Fixture()) {
            for (Object each :
                    List.of(new ByCode(), new ByInterpreter(), new WithReadResolve(), new Object[] {new ByCode()})) {
                ObjectId id = fixture.codec.put(each);
                assertThatThrownBy(() -> fixture.codec.get(id, Duration.ZERO))
                        .isInstanceOf(StoreException.class)
                        .hasMessageContaining(".base is of type " + Base.class.getName())
                        .hasMessageContaining(Elsewhere.class.getName());
                fixture.store.dereference(id);
            }
            ObjectId id = fixture.codec.put(new Component(new GivesAnother()));
            assertThatThrownBy(() -> fixture.codec.get(id, Duration.ZERO))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining(Elsewhere.class.getName());
            fixture.store.dereference(id);
            assertThat(fixture.roundTrip(new GivesAnother())).isInstanceOf(Elsewhere.class);
            assertThat(fixture.roundTrip(new Object[] {new GivesAnother()}))
                    .isInstanceOfSatisfying(
                            Object[].class, all -> assertThat(all[0]).isInstanceOf(Elsewhere.class));
        }
    }

    /** By a stand-in that makes it again, or stays in its place. */
    static class Friend implements Serializable {
        private static final long serialVersionUID = 1;
        final transient List<Object> friends = new ArrayList<>();
        final boolean stays;

        Friend(boolean stays) {
            this.stays = stays;
        }

        private Object writeReplace() {
            return stays ? new Stays(friends) : new StandIn(friends);
        }
    }

    static class Stays implements Serializable {
        private static final long serialVersionUID = 1;
        final List<Object> friends;

        Stays(List<Object> friends) {
            this.friends = friends;
        }
    }

    static class StandIn extends Stays {
        private static final long serialVersionUID = 1;

        StandIn(List<Object> friends) {
            super(friends);
        }

        private Object readResolve() {
            Friend friend = new Friend(false);
            friend.friends.addAll(friends);
            return friend;
        }
    }

    @Test
    void shouldRefuseACycleThroughAStandInThatIsResolvedLast() {
        try (Fixture fixture = new Fixture()) {
            Friend alone = new Friend(false);
            alone.friends.add(List.of(alone));
            assertThatThrownBy(() -> fixture.codec.put(Map.of("who", new Object[] {1, alone})))
                    .isInstanceOf(UnserializableException.class)
                    .hasMessageContaining("[\"who\"][1]: " + Friend.class.getName())
                    .hasMessageContaining("it refers to itself");

            Friend shared = new Friend(false);
            Friend other = new Friend(false);
            other.friends.addAll(List.of(shared, shared));
            List<?> read = (List<?>) fixture.roundTrip(List.of(shared, other, shared));
            assertThat(read.get(2)).isSameAs(read.get(0));
            assertThat(((Friend) read.get(1)).friends).hasSize(2).allMatch(each -> each == read.get(0));

            Friend replaced = new Friend(true);
            replaced.friends.add(replaced);
            Stays stayed = (Stays) fixture.roundTrip(replaced);
            assertThat(stayed.friends.get(0)).isSameAs(stayed);
        }
    }
}
