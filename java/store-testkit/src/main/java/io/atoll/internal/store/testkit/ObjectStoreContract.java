package io.atoll.internal.store.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.CallInterruptedException;
import io.atoll.GetTimeoutException;
import io.atoll.ObjectId;
import io.atoll.ObjectLostException;
import io.atoll.ObjectStoreFullException;
import io.atoll.StoreException;
import io.atoll.internal.store.Memory;
import io.atoll.internal.store.ObjectStore;
import io.atoll.internal.store.ObjectStore.Creation;
import io.atoll.internal.store.ObjectStore.Pin;
import io.atoll.internal.store.ObjectStore.State;
import io.atoll.internal.store.SealedObjects;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/**
 * What every {@link ObjectStore} does: run over the store in shared memory and over the one in memory.
 */
public abstract class ObjectStoreContract extends StoreClients {
    @Test
    void shouldShowSealedBytesToEveryClient() {
        ObjectId id = put(store, null, 77, 5);

        try (Pin mine = store.get(id, AT_ONCE);
                Pin others = other.get(id, AT_ONCE)) {
            assertThat(Memory.getLong(mine.address())).isEqualTo(77);
            assertThat(Memory.getLong(others.address())).isEqualTo(77);
            assertThat(others.id()).isEqualTo(id);
            assertThat(others.size()).isEqualTo(8);
            assertThat(others.tag()).isEqualTo(5);
            assertThat(others.offset()).isEqualTo(mine.offset());
            assertThat(others.contained()).isEmpty();
            assertThat(mine.address() % 64).isZero();
        }
        store.dereference(id);
    }

    @Test
    void shouldPinAllOfAListOrNone() {
        ObjectId[] ids = {put(store, null, 1, 11), put(other, null, 2, 12), put(store, null, 3, 13)};
        ObjectId[] twice = {ids[2], ids[0], ids[2]};
        Pin[] pins = store.getAll(twice, AT_ONCE);
        for (int i = 0; i < pins.length; i++) {
            assertThat(pins[i].id()).isEqualTo(twice[i]);
            assertThat(pins[i].size()).isEqualTo(8);
        }
        assertThat(List.of(pins[0].tag(), pins[1].tag(), pins[2].tag())).containsExactly(13L, 11L, 13L);
        assertThat(Memory.getLong(pins[1].address())).isEqualTo(1);
        assertThat(pins(store)).isEqualTo(3);
        for (Pin pin : pins) {
            pin.close();
        }
        assertThat(store.getAll(new ObjectId[0], AT_ONCE)).isEmpty();
        ObjectId expected = store.expect();
        assertThatThrownBy(() -> store.getAll(new ObjectId[] {ids[0], expected}, AT_ONCE))
                .isInstanceOf(GetTimeoutException.class);
        store.delete(ids[1]);
        assertThatThrownBy(() -> store.getAll(ids, LONG)).isInstanceOf(ObjectLostException.class);
        assertThat(pins(store)).isZero();
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> store.getAll(new ObjectId[] {ids[0]}, LONG))
                .hasCauseInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isTrue();
        store.dereference(ids[0]);
        other.dereference(ids[1]);
        store.dereference(ids[2]);
        store.dereference(expected);
    }

    @Test
    void shouldPeekUpToTheFirstThatIsNotSealed() {
        ObjectId[] ids = new ObjectId[100];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = put(store, null, i, 1000 + i);
        }
        SealedObjects all = other.peek(ids, 0);
        assertThat(all.count()).isEqualTo(100);
        assertThat(all.onDisk()).isFalse();
        assertThat(all.size(99)).isEqualTo(8);
        assertThat(all.tag(99)).isEqualTo(1099);
        assertThat(other.peek(ids, 98).count()).isEqualTo(2);
        assertThat(other.peek(ids, 100).count()).isZero();
        ObjectId last = ids[72];
        ids[72] = other.expect();
        assertThat(store.peek(ids, 5).count()).isEqualTo(67);
        assertThat(store.peek(ids, 72).count()).isZero();
        other.dereference(ids[72]);
        ids[72] = last;
        store.delete(last);
        assertThat(store.peek(ids, 70).count()).isEqualTo(2);
        assertThat(store.capacity()).isGreaterThanOrEqualTo(CAPACITY);
        for (ObjectId id : ids) {
            store.dereference(id);
        }
    }

    @Test
    void shouldNameObjectsOfOneStoreDifferently() {
        Set<ObjectId> ids = new HashSet<>();
        for (int i = 0; i < 500; i++) {
            ids.add(store.expect());
            ids.add(other.expect());
        }
        assertThat(ids).hasSize(1000).allMatch(id -> id.store() == store.storeId());
        assertThat(other.storeId()).isEqualTo(store.storeId());
        assertThat(other.clientIndex()).isNotEqualTo(store.clientIndex());
    }

    @Test
    void shouldHoldObjectsWithoutBytes() {
        ObjectId id;
        try (Creation creation = store.create(null, 0, 0, 9, AT_ONCE)) {
            creation.seal();
            id = creation.id();
        }
        try (Pin pin = other.get(id, AT_ONCE)) {
            assertThat(pin.size()).isZero();
            assertThat(pin.tag()).isEqualTo(9);
        }
        store.dereference(id);
    }

    @Test
    void shouldHoldLargeObjectsAndKeepEveryTagBit() {
        long size = 5 << 20;
        ObjectId id;
        try (Creation creation = store.create(null, size, 0, 0xfedc_ba98_7654_3210L, AT_ONCE)) {
            Memory.fill(creation.address(), size, (byte) 3);
            assertThat(creation.size()).isEqualTo(size);
            creation.seal();
            id = creation.id();
        }
        try (Pin pin = other.get(id, AT_ONCE)) {
            assertThat(pin.tag()).isEqualTo(0xfedc_ba98_7654_3210L);
            assertThat(Memory.getByte(pin.address() + size - 1)).isEqualTo((byte) 3);
        }
        store.dereference(id);
    }

    @Test
    void shouldWaitForAnExpectedObject() throws Exception {
        ObjectId id = store.expect();
        assertThat(store.state(id)).isEqualTo(State.EXPECTED);
        assertThat(store.tryGet(id)).isNull();
        assertThatThrownBy(() -> store.get(id, AT_ONCE))
                .isInstanceOf(GetTimeoutException.class)
                .hasMessageContaining(id.toString());
        assertThatThrownBy(() -> store.get(id, Duration.ofMillis(5))).isInstanceOf(GetTimeoutException.class);

        Future<Long> read = inThread(() -> {
            try (Pin pin = store.get(id, LONG)) {
                return Memory.getLong(pin.address());
            }
        });
        put(other, id, 42, 0);
        assertThat(read.get()).isEqualTo(42);
        assertThat(store.state(id)).isEqualTo(State.SEALED);
        store.dereference(id);
    }

    @Test
    void shouldWaitForEverWithoutATimeout() throws Exception {
        ObjectId id = store.expect();
        Future<Long> read = inThread(() -> {
            try (Pin pin = other.get(id, null)) {
                return Memory.getLong(pin.address());
            }
        });
        put(store, id, 1, 0);
        assertThat(read.get()).isEqualTo(1);
        store.dereference(id);
    }

    @Test
    void shouldRejectASecondCreatorAndASecondSeal() {
        ObjectId id = store.expect();
        try (Creation creation = store.create(id, 8, 0, 0, AT_ONCE)) {
            assertThatThrownBy(() -> other.create(id, 8, 0, 0, AT_ONCE)).isInstanceOf(StoreException.class);
            creation.seal();
            assertThatThrownBy(creation::seal).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(creation::address).isInstanceOf(IllegalStateException.class);
        }
        assertThatThrownBy(() -> other.create(id, 8, 0, 0, AT_ONCE)).isInstanceOf(StoreException.class);
        store.dereference(id);
    }

    @Test
    void shouldResizeWhatIsBeingWritten() {
        ObjectId id;
        try (Creation creation = store.create(null, 8, 0, 5, AT_ONCE)) {
            Memory.putLong(creation.address(), 77);
            creation.resize(1 << 20, AT_ONCE);
            assertThat(creation.size()).isEqualTo(1 << 20);
            assertThat(Memory.getLong(creation.address())).isEqualTo(77);
            Memory.putLong(creation.address() + (1 << 20) - 8, 88);
            assertThatThrownBy(() -> creation.resize(1L << 60, AT_ONCE)).isInstanceOf(ObjectStoreFullException.class);
            assertThatThrownBy(() -> creation.resize(-1, AT_ONCE)).isInstanceOf(IllegalArgumentException.class);
            assertThat(Memory.getLong(creation.address() + (1 << 20) - 8)).isEqualTo(88);
            creation.resize(16, AT_ONCE);
            creation.seal();
            assertThatThrownBy(() -> creation.resize(8, AT_ONCE)).isInstanceOf(IllegalStateException.class);
            id = creation.id();
        }
        try (Pin pin = other.get(id, AT_ONCE)) {
            assertThat(pin.size()).isEqualTo(16);
            assertThat(pin.tag()).isEqualTo(5);
            assertThat(Memory.getLong(pin.address())).isEqualTo(77);
        }
        store.dereference(id);
    }

    @Test
    void shouldExpectAgainAfterAnAbort() {
        ObjectId id = store.expect();
        Creation creation = store.create(id, 8, 0, 0, AT_ONCE);
        creation.close();
        creation.close();

        assertThat(store.state(id)).isEqualTo(State.EXPECTED);
        put(other, id, 3, 0);
        assertThat(store.state(id)).isEqualTo(State.SEALED);
        store.dereference(id);
    }

    @Test
    void shouldRejectNonsense() {
        assertThatThrownBy(() -> store.create(null, -1, 0, 0, AT_ONCE)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.create(null, 8, -1, 0, AT_ONCE)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.await(new ObjectId[0], 1, AT_ONCE)).isInstanceOf(IllegalArgumentException.class);
        ObjectId foreign = new ObjectId(store.storeId() ^ 2, 1L << 40 | 1);
        assertThat(store.state(foreign)).isEqualTo(State.ABSENT);
        assertThatThrownBy(() -> store.get(foreign, AT_ONCE)).isInstanceOf(ObjectLostException.class);
    }

    @Test
    void shouldFreeWhatNobodyRefersTo() {
        ObjectId id = put(store, null, 1, 0);
        other.reference(id);
        store.dereference(id);
        assertThat(other.state(id)).isEqualTo(State.SEALED);
        other.dereference(id);
        eventually(() -> store.state(id) == State.ABSENT);
        assertThatThrownBy(() -> store.get(id, AT_ONCE))
                .isInstanceOf(ObjectLostException.class)
                .hasMessageContaining(id.toString());
    }

    @Test
    void shouldKeepPinnedBytesWithoutReferences() {
        ObjectId id = put(store, null, 99, 0);
        Pin pin = other.get(id, AT_ONCE);
        store.dereference(id);
        fillSome();
        assertThat(Memory.getLong(pin.address())).isEqualTo(99);
        pin.close();
        pin.close();
        assertThatThrownBy(pin::address).isInstanceOf(IllegalStateException.class);
        eventually(() -> store.state(id) == State.ABSENT);
    }

    /** Reuses memory that was freed, if any was. */
    private void fillSome() {
        for (int i = 0; i < 100; i++) {
            store.dereference(put(store, null, -1, 0));
        }
    }

    @Test
    void shouldKeepContainedObjectsAsLongAsTheContainer() {
        ObjectId child = put(store, null, 7, 0);
        ObjectId parent;
        try (Creation creation = store.create(null, 0, 1, 0, AT_ONCE)) {
            creation.seal(child);
            parent = creation.id();
        }
        store.dereference(child);
        try (Pin pin = other.get(parent, AT_ONCE)) {
            assertThat(pin.contained()).containsExactly(child);
        }
        try (Pin pin = other.get(child, AT_ONCE)) {
            assertThat(Memory.getLong(pin.address())).isEqualTo(7);
        }
        store.dereference(parent);
        eventually(() -> store.state(child) == State.ABSENT);
    }

    @Test
    void shouldHoldManyContainedIds() {
        List<ObjectId> children = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            children.add(put(store, null, i, 0));
        }
        ObjectId parent;
        try (Creation creation = store.create(null, 24, children.size(), 0, AT_ONCE)) {
            assertThatThrownBy(() -> creation.seal(children.get(0))).isInstanceOf(IllegalArgumentException.class);
            creation.seal(children.toArray(new ObjectId[0]));
            parent = creation.id();
        }
        children.forEach(store::dereference);
        try (Pin pin = other.get(parent, AT_ONCE)) {
            assertThat(pin.contained()).containsExactlyElementsOf(children);
            assertThat(pin.size()).isEqualTo(24);
        }
        store.dereference(parent);
        eventually(() -> store.state(children.get(99)) == State.ABSENT);
    }

    @Test
    void shouldLoseDeletedObjects() {
        ObjectId id = put(store, null, 1, 0);
        Pin pin = other.get(id, AT_ONCE);
        store.delete(id);
        assertThatThrownBy(() -> store.get(id, AT_ONCE)).isInstanceOf(ObjectLostException.class);
        assertThat(store.state(id)).isEqualTo(State.LOST);
        assertThat(Memory.getLong(pin.address())).isEqualTo(1);
        pin.close();
        store.dereference(id);
        eventually(() -> store.state(id) == State.ABSENT);
    }

    @Test
    void shouldAwaitSome() throws Exception {
        ObjectId[] ids = {store.expect(), store.expect(), store.expect()};
        put(other, ids[1], 0, 0);
        assertThat(store.await(ids, 1, LONG)).containsExactly(false, true, false);
        assertThat(store.await(ids, 2, Duration.ofMillis(5))).containsExactly(false, true, false);
        assertThat(store.await(new ObjectId[0], 0, AT_ONCE)).isEmpty();

        Future<boolean[]> all = inThread(() -> store.await(ids, 3, null));
        put(other, ids[0], 0, 0);
        put(store, ids[2], 0, 0);
        assertThat(all.get()).containsExactly(true, true, true);
        for (ObjectId id : ids) {
            store.dereference(id);
        }
    }

    @Test
    void shouldGiveAClaimToOne() {
        ObjectId id = store.expect();
        assertThat(store.claimed(id)).isZero();
        assertThat(store.claim(id, 0, -5)).isTrue();
        assertThat(other.claim(id, 0, 7)).isFalse();
        assertThat(other.claimed(id)).isEqualTo(-5);
        assertThat(other.claim(id, -5, 0)).isTrue();
        store.dereference(id);
    }

    @Test
    void shouldSayWhatIsAskedAndFreeWhenFull() {
        assertThatThrownBy(() -> store.create(null, CAPACITY * 2, 0, 0, LONG))
                .isInstanceOf(ObjectStoreFullException.class)
                .hasMessageContaining(CAPACITY * 2 + " bytes asked");
        List<ObjectId> ids = new ArrayList<>();
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 100; i++) {
                        ids.add(putSized(CAPACITY / 8));
                    }
                })
                .isInstanceOf(ObjectStoreFullException.class)
                .hasMessageContaining(CAPACITY / 8 + " bytes asked");
        assertThat(ids).hasSizeGreaterThan(4);
        ids.forEach(store::dereference);
    }

    @Test
    void shouldWaitForRoom() throws Exception {
        List<ObjectId> ids = new ArrayList<>();
        try {
            while (true) {
                ids.add(putSized(CAPACITY / 8));
            }
        } catch (ObjectStoreFullException e) {
            // full now
        }
        Future<ObjectId> late = inThread(() -> {
            try (Creation creation = other.create(null, CAPACITY / 16, 0, 0, LONG)) {
                creation.seal();
                return creation.id();
            }
        });
        ids.forEach(store::dereference);
        other.dereference(late.get());
    }

    @Test
    void shouldEndAWaitWhenInterrupted() throws Exception {
        ObjectId id = store.expect();
        CountDownLatch started = new CountDownLatch(1);
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        AtomicReference<Boolean> flag = new AtomicReference<>();
        Thread thread = new Thread(() -> {
            started.countDown();
            try {
                store.get(id, null);
            } catch (Throwable e) {
                thrown.set(e);
                flag.set(Thread.currentThread().isInterrupted());
            }
        });
        thread.start();
        started.await();
        thread.interrupt();
        thread.join();
        assertThat(thrown.get())
                .isInstanceOf(CallInterruptedException.class)
                .hasCauseInstanceOf(InterruptedException.class);
        assertThat(flag.get()).isTrue();
        store.dereference(id);
    }

    @Test
    void shouldCountWhatReadersCopy() {
        store.countCopied(5);
        store.countCopied(6);
        other.countCopied(1);
        assertThat(copied(store)).isEqualTo(11);
        assertThat(copied(other)).isEqualTo(1);
    }

    @Test
    void shouldServeManyThreads() throws Exception {
        ObjectId shared = put(store, null, 1234, 0);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int t = 0; t < 8; t++) {
                ObjectStore mine = t % 2 == 0 ? store : other;
                int thread = t;
                all.add(threads.submit(() -> {
                    for (int i = 0; i < 500; i++) {
                        ObjectId id = put(mine, null, thread * 1000L + i, i);
                        try (Pin pin = mine.get(id, AT_ONCE);
                                Pin common = mine.get(shared, AT_ONCE)) {
                            assertThat(Memory.getLong(pin.address())).isEqualTo(thread * 1000L + i);
                            assertThat(Memory.getLong(common.address())).isEqualTo(1234);
                        }
                        mine.dereference(id);
                    }
                }));
            }
            for (Future<?> each : all) {
                each.get();
            }
        } finally {
            threads.shutdown();
        }
        store.dereference(shared);
    }

    @Test
    void shouldEndWaitsWhenClosed() throws Exception {
        ObjectStore third = attach();
        ObjectId id = store.expect();
        CountDownLatch started = new CountDownLatch(1);
        Future<?> wait = inThread(() -> {
            started.countDown();
            return third.get(id, null);
        });
        started.await();
        third.close();
        assertThatThrownBy(wait::get)
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(IllegalStateException.class);
        store.dereference(id);
    }
}
