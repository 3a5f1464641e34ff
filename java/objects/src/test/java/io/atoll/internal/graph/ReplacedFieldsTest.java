package io.atoll.internal.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.internal.objects.Fixture;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Final classes that resolve what is read, as declared fields of an inner class, and as any object after that. */
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
}
