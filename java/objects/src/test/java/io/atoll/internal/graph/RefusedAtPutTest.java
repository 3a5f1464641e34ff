package io.atoll.internal.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.ObjectId;
import io.atoll.ObjectRef;
import io.atoll.UnserializableException;
import io.atoll.internal.fields.Children;
import io.atoll.internal.objects.Fixture;
import java.io.Serializable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What put takes get gives, in a process of any heap; the rest put refuses. */
class RefusedAtPutTest {
    private static final int MOST_FREE_PLACES = (64 << 20) / 8;

    private final Fixture fixture = new Fixture();

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void shouldRefuseQueuesOfMorePlacesThanAReaderBelieves() {
        ArrayBlockingQueue<?> most = new ArrayBlockingQueue<>(MOST_FREE_PLACES);
        assertThat(((ArrayBlockingQueue<?>) fixture.roundTrip(most)).remainingCapacity())
                .isEqualTo(MOST_FREE_PLACES);
        assertThatThrownBy(() -> fixture.codec.put(new ArrayBlockingQueue<>(MOST_FREE_PLACES + 1)))
                .isInstanceOf(UnserializableException.class)
                .hasMessageContaining("it has a capacity of 8388609");
        assertThatThrownBy(() -> fixture.codec.put(List.of(most, new ArrayBlockingQueue<>(1))))
                .isInstanceOf(UnserializableException.class)
                .hasMessageContaining("[1]")
                .hasMessageContaining("it has a capacity of 1,");
        assertThat(fixture.objects()).isZero();
    }

    @Test
    void shouldStoreNumbersOfAnySize() {
        BigInteger large = BigInteger.TWO.pow(200_000).subtract(BigInteger.ONE);
        List<Object> numbers =
                List.of(large, large.negate(), BigInteger.ZERO, new BigDecimal(large, 7), BigDecimal.valueOf(5, -3));
        assertThat(fixture.roundTrip(numbers)).isEqualTo(numbers);
    }

    @Test
    void shouldSayThatARefInAValueIsClosed() {
        ObjectId id = fixture.codec.put("held");
        ObjectRef<?> ref = fixture.adopt(id);
        for (Object open : List.of(ref, List.of(ref))) {
            fixture.store.dereference(fixture.codec.put(open));
        }
        ref.close();
        Runnable captures = (Runnable & Serializable) () -> assertThat(ref).isNotNull();
        for (Object value : List.of(ref, List.of("x", ref), new Object[] {ref}, captures)) {
            assertThatThrownBy(() -> fixture.codec.put(value))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage(ref + " is closed");
        }
        fixture.store.dereference(id);
        fixture.store.dereference(id); // this store's refs give nothing back
    }

    @Test
    void shouldNotWalkBillionsOfCopies() {
        List<String> copies = Collections.nCopies(Integer.MAX_VALUE, "a");
        Object[] read = (Object[]) fixture.roundTrip(new Object[] {copies, copies});
        assertThat(read[0]).isSameAs(read[1]);
        assertThat(((List<?>) read[0]).size()).isEqualTo(Integer.MAX_VALUE);
        assertThat(((List<?>) read[0]).get(5)).isEqualTo("a");
    }

    @Test
    void shouldNotLookIntoARefForWhatCannotBeStored() {
        ObjectRef<?> ref = fixture.adopt(fixture.codec.put("held"));
        assertThat(Children.of(ref)).isEmpty();
        assertThatThrownBy(() -> fixture.codec.put(List.of(ref, new Thread())))
                .isInstanceOf(UnserializableException.class)
                .hasMessageContaining("[1]: java.lang.Thread cannot be stored");
        fixture.store.dereference(ref.id());
        fixture.store.dereference(ref.id());
    }
}
