package io.atoll.internal.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.internal.objects.Fixture;
import kotlin.Metadata;
import org.junit.jupiter.api.Test;

/** A class of Kotlin's that has an {@code INSTANCE} is not for that one of which there is one object. */
class LikeSingletonsTest {
    /** As {@code class Settings(val level: Int) { companion object { @JvmField val INSTANCE = Settings(1) } }} is. */
    @Metadata
    static final class Settings {
        static final Settings INSTANCE = new Settings(1);

        private final int level;

        Settings(int level) {
            this.level = level;
        }
    }

    @Metadata
    static final class Changing {
        static Changing INSTANCE = new Changing();

        private int level;

        private Changing() {}
    }

    @Metadata
    static final class Single {
        static final Single INSTANCE = new Single();

        private Single() {}
    }

    @Test
    void shouldStoreObjectsOfAClassWithAnInstance() {
        Changing changing = new Changing();
        changing.level = 5;
        try (Fixture fixture = new Fixture()) {
            assertThat(((Settings) fixture.roundTrip(new Settings(7))).level).isEqualTo(7);
            assertThat(((Changing) fixture.roundTrip(changing)).level).isEqualTo(5);
            assertThat(fixture.roundTrip(Single.INSTANCE)).isSameAs(Single.INSTANCE);
        }
    }
}
