package io.atoll.internal.plain;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.ObjectId;
import io.atoll.StoreException;
import io.atoll.internal.objects.Fixture;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Elements of {@code Set.of} that differed where they were stored, and are equal where they are read. */
class EqualNowTest {
    private static boolean allEqual;

    record Key(String name) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Key key && (allEqual || key.name.equals(name));
        }

        @Override
        public int hashCode() {
            return 7;
        }
    }

    @Test
    void shouldNotCallThemDamaged() {
        try (Fixture fixture = new Fixture()) {
            for (Object each : List.of(
                    Set.of(new Key("a"), new Key("b"), new Key("c")),
                    Map.of(new Key("a"), 1, new Key("b"), 2, new Key("c"), 3))) {
                ObjectId id = fixture.codec.put(each);
                allEqual = true;
                try {
                    assertThatThrownBy(() -> fixture.codec.get(id, Duration.ZERO))
                            .isInstanceOf(StoreException.class)
                            .hasMessageContaining("of which two are equal here")
                            .hasMessageNotContaining("damaged");
                } finally {
                    allEqual = false;
                    fixture.store.dereference(id);
                }
            }
        }
    }
}
