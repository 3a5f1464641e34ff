package io.atoll.internal.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.ObjectStoreFullException;
import io.atoll.internal.objects.ObjectCodec;
import io.atoll.internal.store.ObjectStore;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ObjectWriterTest {
    @Test
    void shouldWaitForRoomAsLongAsItIsTold() {
        List<Object> timeouts = new ArrayList<>();
        ObjectStore full = (ObjectStore) Proxy.newProxyInstance(
                ObjectStore.class.getClassLoader(), new Class<?>[] {ObjectStore.class}, (proxy, method, arguments) -> {
                    timeouts.add(arguments[arguments.length - 1]);
                    throw new ObjectStoreFullException(method.getName());
                });
        ObjectWriter writer = new ObjectWriter(full, Duration.ofMillis(1234));
        assertThatThrownBy(() -> writer.write(null, ObjectCodec.withoutStore().encode(1)))
                .isInstanceOf(ObjectStoreFullException.class);
        assertThat(timeouts).containsExactly(Duration.ofMillis(1234));
    }
}
