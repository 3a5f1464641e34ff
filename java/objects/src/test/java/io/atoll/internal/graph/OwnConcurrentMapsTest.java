package io.atoll.internal.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.ObjectId;
import io.atoll.ObjectRef;
import io.atoll.internal.objects.Fixture;
import java.io.Serializable;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/** A user's map over ConcurrentHashMap is stored as one over HashMap is: by its elements, as objects of the graph. */
class OwnConcurrentMapsTest {
    private static final class Pojo {
        private int number = 7;
        private Object back;
    }

    private static final class Cache extends ConcurrentHashMap<String, Object> {
        private static final long serialVersionUID = 1;
        private String name = "cache";
    }

    @Test
    void shouldStoreElementsThatAreNotSerializableAndKeepIdentity() {
        Cache cache = new Cache();
        Pojo pojo = new Pojo();
        pojo.back = cache;
        cache.put("a", pojo);
        assertThat(pojo).isNotInstanceOf(Serializable.class);
        try (Fixture fixture = new Fixture()) {
            Object[] read = (Object[]) fixture.roundTrip(new Object[] {cache, pojo});
            Cache back = (Cache) read[0];
            assertThat(back.get("a")).isSameAs(read[1]);
            assertThat(((Pojo) read[1]).back).isSameAs(back);
            assertThat(back.name + ((Pojo) read[1]).number).isEqualTo("cache7");
            back.put("b", "still a map");
            assertThat(back).hasSize(2);
        }
    }

    @Test
    void shouldCountTheRefsInIt() {
        try (Fixture fixture = new Fixture()) {
            ObjectId id = fixture.codec.put("held");
            Cache cache = new Cache();
            cache.put("ref", fixture.adopt(id));
            assertThat(fixture.codec.encode(cache).contained()).containsExactly(id);
            assertThat(((ObjectRef<?>) ((Cache) fixture.roundTrip(cache)).get("ref")).id())
                    .isEqualTo(id);
            fixture.store.dereference(id);
            fixture.store.dereference(id);
            fixture.store.dereference(id); // the ref that was read has one of its own
        }
    }
}
