package io.atoll.internal.store.testkit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.ObjectId;
import io.atoll.internal.store.ObjectStore;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class InMemoryStoreTest extends ObjectStoreContract {
    private InMemoryStore first;

    @Override
    protected ObjectStore open() {
        first = InMemoryStore.create(CAPACITY);
        return first;
    }

    @Override
    protected ObjectStore attach() {
        return first.attach();
    }

    @Override
    protected long pins(ObjectStore client) {
        return ((InMemoryStore) client).pins();
    }

    @Override
    protected long copied(ObjectStore client) {
        return ((InMemoryStore) client).copied();
    }

    @Test
    void shouldAssertAtItsEndThatNothingIsPinned() {
        InMemoryStore own = InMemoryStore.create(1024);
        ObjectId id;
        try (ObjectStore.Creation creation = own.create(null, 8, 0, 0, Duration.ZERO)) {
            creation.seal();
            id = creation.id();
        }
        ObjectStore.Pin pin = own.get(id, Duration.ZERO);
        assertThatThrownBy(own::close).isInstanceOf(AssertionError.class).hasMessageContaining(id.toString());
        pin.close();
        own.close();
    }
}
