package io.atoll;

import io.atoll.concurrent.Cancel;
import io.atoll.concurrent.RefStream;
import io.atoll.spi.AtollRuntime;
import io.atoll.spi.Constructors;
import io.atoll.spi.ReadyRefs;
import io.atoll.spi.Refs;
import io.atoll.spi.RuntimeProvider;
import io.atoll.spi.StreamItem;
import io.atoll.spi.TaskRequest;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A runtime that keeps values in a map and writes down what it is asked. */
public final class FakeRuntimeProvider implements RuntimeProvider {
    static FakeRuntime last;
    static String cause;

    @Override
    public AtollRuntime start(AtollOptions options) {
        last = new FakeRuntime(options);
        return last;
    }

    @Override
    public String unavailabilityCause() {
        return cause;
    }

    static final class FakeRuntime implements AtollRuntime {
        final AtollOptions options;
        final List<TaskRequest> requests = new ArrayList<>();
        final List<Duration> timeouts = new ArrayList<>();
        final Map<ObjectId, Object> values = new HashMap<>();
        final Map<String, ObjectRef<?>> names = new HashMap<>();
        final List<Object> closedViews = new ArrayList<>();
        final List<ObjectId> released = new ArrayList<>();
        /** Is run while a value is got. */
        Runnable meanwhile = () -> {};

        /** Refs that it was given to watch or to look at, each as often as it was, and times that it was asked for the next. */
        long handed;

        int closed;
        private long lastPlace;

        FakeRuntime(AtollOptions options) {
            this.options = options;
        }

        <T> ObjectRef<T> expect() {
            ObjectId id = new ObjectId(7, ++lastPlace);
            return Refs.make(id, this, () -> released.add(id));
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
            meanwhile.run();
            if (!values.containsKey(ref.id())) {
                throw new GetTimeoutException(ref.id() + " is not there");
            }
            if (values.get(ref.id()) instanceof TaskException failure) {
                throw failure;
            }
            return (T) values.get(ref.id());
        }

        @Override
        public TaskException failure(ObjectRef<?> ref) {
            meanwhile.run();
            return values.get(ref.id()) instanceof TaskException failure ? failure : null;
        }

        @Override
        public void closeViews(List<?> unwanted, Throwable why) {
            closedViews.addAll(unwanted);
        }

        @Override
        public <T> ObjectRef<T> ref(ObjectId id) {
            return Refs.make(id, this, () -> released.add(id));
        }

        @Override
        public ObjectRef<?> adopt(ObjectId id) {
            return ref(id);
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
        public List<Object> get(List<? extends ObjectRef<?>> refs, Duration timeout) {
            List<Object> all = new ArrayList<>();
            for (ObjectRef<?> ref : refs) {
                all.add(get(ref, timeout));
            }
            return all;
        }

        @Override
        public boolean isReady(ObjectRef<?> ref) {
            return values.containsKey(ref.id());
        }

        @Override
        public boolean cancel(ObjectRef<?> ref, Cancel how) {
            return values.putIfAbsent(ref.id(), new TaskCancelledException("cancelled", "t")) == null;
        }

        @Override
        public void whenReady(ObjectRef<?> ref, Runnable action) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <T> CompletableFuture<T> future(ObjectRef<T> ref) {
            try {
                return CompletableFuture.completedFuture(get(ref, null));
            } catch (TaskException e) {
                return CompletableFuture.failedFuture(e);
            }
        }

        /** As if they had become ready in the order of their ids, from the last to the first. */
        @Override
        public <T> ReadyRefs<T> watch(List<ObjectRef<T>> refs) {
            handed += refs.size();
            List<ObjectRef<T>> left = new ArrayList<>(refs);
            left.sort(Comparator.comparing(ref -> ref.id().place()));
            return timeout -> {
                ++handed;
                timeouts.add(timeout);
                boolean isAny = !left.isEmpty()
                        && (timeout == null
                                || values.containsKey(left.get(left.size() - 1).id()));
                return isAny ? left.remove(left.size() - 1) : null;
            };
        }

        @Override
        public boolean[] await(List<? extends ObjectRef<?>> refs, int wanted, Duration timeout) {
            handed += refs.size();
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
        public <T> List<ObjectRef<T>> submitEach(TaskRequest request, int count) {
            requests.add(request);
            List<ObjectRef<T>> refs = new ArrayList<>();
            for (int i = 0; i < count; ++i) {
                refs.add(expect());
            }
            return refs;
        }

        @Override
        public <T> RefStream<T> submitStream(TaskRequest request, int window) {
            requests.add(request);
            return Constructors.stream(expect(), expect());
        }

        @Override
        public StreamItem next(ObjectRef<?> node, Duration timeout) {
            return new StreamItem(expect(), null);
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
            return NodeStats.builder().store(1, 2, 3, 4).build();
        }

        @Override
        public Path socket() {
            return Path.of("/run/store.sock");
        }

        @Override
        public boolean awaitTasks(Duration timeout) {
            timeouts.add(timeout);
            return !timeout.isZero();
        }

        @Override
        public void close() {
            ++closed;
        }
    }
}
