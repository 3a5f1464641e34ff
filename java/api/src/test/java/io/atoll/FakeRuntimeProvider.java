package io.atoll;

import io.atoll.spi.AtollRuntime;
import io.atoll.spi.RuntimeProvider;
import io.atoll.spi.TaskRequest;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A runtime that keeps values in a map and writes down what it is asked. */
public final class FakeRuntimeProvider implements RuntimeProvider {
    static FakeRuntime last;

    @Override
    public AtollRuntime start(AtollOptions options) {
        last = new FakeRuntime(options);
        return last;
    }

    static final class FakeRuntime implements AtollRuntime {
        final AtollOptions options;
        final List<TaskRequest> requests = new ArrayList<>();
        final List<Duration> timeouts = new ArrayList<>();
        final Map<ObjectId, Object> values = new HashMap<>();
        final Map<String, ObjectRef<?>> names = new HashMap<>();
        int closed;
        private long lastPlace;

        FakeRuntime(AtollOptions options) {
            this.options = options;
        }

        <T> ObjectRef<T> expect() {
            return new ObjectRef<>(new ObjectId(7, ++lastPlace), this, () -> {});
        }

        @Override
        public <T> ObjectRef<T> put(T value) {
            ObjectRef<T> ref = expect();
            values.put(ref.id(), value);
            return ref;
        }

        @Override
        @SuppressWarnings("unchecked")
        public <T> T get(ObjectRef<T> ref, Duration timeout) {
            timeouts.add(timeout);
            if (!values.containsKey(ref.id())) {
                throw new GetTimeoutException(ref.id() + " is not there");
            }
            return (T) values.get(ref.id());
        }

        @Override
        public <S> S service(Class<S> type) {
            throw new UnsupportedOperationException();
        }

        @Override
        public ByteBuffer bytes(ObjectRef<?> ref, long offset, long length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <T> List<T> get(List<ObjectRef<T>> refs, Duration timeout) {
            List<T> all = new ArrayList<>();
            for (ObjectRef<T> ref : refs) {
                all.add(get(ref, timeout));
            }
            return all;
        }

        @Override
        public boolean[] await(List<? extends ObjectRef<?>> refs, int wanted, Duration timeout) {
            timeouts.add(timeout);
            boolean[] ready = new boolean[refs.size()];
            for (int i = 0; i < ready.length; ++i) {
                ready[i] = values.containsKey(refs.get(i).id());
            }
            return ready;
        }

        @Override
        public <T> ObjectRef<T> submit(TaskRequest request) {
            requests.add(request);
            return expect();
        }

        @Override
        public void publish(String name, ObjectRef<?> ref) {
            names.put(name, ref);
        }

        @Override
        @SuppressWarnings("unchecked")
        public <T> Optional<ObjectRef<T>> lookup(String name) {
            return Optional.ofNullable((ObjectRef<T>) names.get(name));
        }

        @Override
        public boolean unpublish(String name) {
            return names.remove(name) != null;
        }

        @Override
        public NodeStats stats() {
            return new NodeStats(1, 2, 3, 4, List.of(), null);
        }

        @Override
        public void close() {
            ++closed;
        }
    }
}
