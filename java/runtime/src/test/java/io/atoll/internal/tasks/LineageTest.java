package io.atoll.internal.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.ObjectId;
import io.atoll.ObjectLostException;
import io.atoll.ObjectRef;
import io.atoll.TaskException;
import io.atoll.internal.memory.Place;
import io.atoll.internal.store.ObjectStore;
import io.atoll.spi.Runtimes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Results whose files on disk are damaged are made again by their tasks; what cannot be made again says so. */
@Timeout(180)
class LineageTest {
    private static final Duration SOON = Duration.ofSeconds(90);
    private static final long STORE = 32L << 20;

    @TempDir
    Path directory;

    private Path disk;
    private Path marks;
    private AtollSession session;

    @BeforeEach
    void makeDirectories() throws IOException {
        disk = Files.createDirectory(directory.resolve("disk"));
        marks = Files.createDirectory(directory.resolve("marks"));
    }

    @AfterEach
    void close() {
        if (session != null) {
            session.close();
        }
    }

    private void start(int workers, int cpus, long lineageBytes) {
        session = Atoll.init(AtollOptions.builder()
                .workers(workers)
                .cpus(cpus)
                .storeBytes(STORE)
                .spillDirectory(disk)
                .lineageBytes(lineageBytes)
                .build());
    }

    private ObjectRef<byte[]> make(String name, int fill) {
        return Atoll.task(Remade::make, marks.toString(), name, fill).remote();
    }

    /** Takes room in the store until all of these are on disk; then leaves who keeps calls the time to see that. */
    private static void spill(List<ObjectId> ids) throws InterruptedException {
        ObjectStore store = Runtimes.current().service(Place.class).store();
        List<ObjectStore.Creation> taken = new ArrayList<>();
        while (ids.stream().anyMatch(id -> !store.peek(new ObjectId[] {id}, 0).onDisk())) {
            // What is being made stays in memory, so that sooner or later nothing else does.
            taken.add(store.create(null, Remade.BYTES / 4, 0, 0, SOON));
        }
        Thread.sleep(1500);
        taken.forEach(each -> {
            each.close();
            store.dereference(each.id());
        });
    }

    private void loseAll(Collection<? extends ObjectRef<?>> refs) throws Exception {
        spill(refs.stream().map(ObjectRef::id).toList());
        Remade.damageAll(disk);
    }

    private int runs(String name) throws IOException {
        return Remade.runs(marks, name);
    }

    @Test
    void shouldMakeAgainWhatIsLost() throws Exception {
        start(2, 2, 64L << 20);
        List<ObjectRef<byte[]>> refs = new ArrayList<>();
        for (int i = 0; i < 40; ++i) {
            refs.add(make("r" + i, i));
        }
        Atoll.wait(refs, refs.size());
        assertThat(refs).allMatch(ObjectRef::isReady);
        spill(refs.stream().map(ObjectRef::id).toList());
        Remade.damageAll(disk);
        AtomicBoolean isDone = new AtomicBoolean();
        AtomicInteger unready = new AtomicInteger();
        Thread asking = new Thread(() -> {
            while (!isDone.get()) {
                refs.forEach(ref -> unready.addAndGet(ref.isReady() ? 0 : 1));
            }
        });
        asking.start();
        for (int i = 0; i < refs.size(); ++i) {
            assertThat(refs.get(i).get(SOON)).as("result " + i).isEqualTo(Remade.array(i));
        }
        isDone.set(true);
        asking.join();
        int again = 0;
        for (int i = 0; i < refs.size(); ++i) {
            again += runs("r" + i) - 1;
        }
        assertThat(again).as("made again").isEqualTo(40);
        assertThat(unready.get()).as("times that one was not ready any more").isZero();
        assertThat(session.awaitTasks(SOON)).isTrue();
    }

    @Test
    void shouldMakeAgainWhatThatIsMadeOf() throws Exception {
        start(1, 1, 64L << 20);
        List<ObjectRef<byte[]>> last = new ArrayList<>();
        List<ObjectId> all = new ArrayList<>();
        for (int i = 0; i < 8; ++i) {
            ObjectRef<byte[]> at = make("c" + i + ".0", i);
            for (int step = 1; step < 4; ++step) {
                ObjectRef<byte[]> next = Atoll.task(Remade::plusOne, marks.toString(), "c" + i + "." + step, at)
                        .remote();
                all.add(at.id());
                at.close(); // Whoever keeps the call keeps it.
                at = next;
            }
            all.add(at.id());
            last.add(at);
        }
        Atoll.wait(last, last.size());
        spill(all);
        Remade.damageAll(disk);
        for (int i = 0; i < last.size(); ++i) {
            assertThat(last.get(i).get(SOON)).as("chain " + i).isEqualTo(Remade.array(i + 3));
            assertThat(runs("c" + i + ".0"))
                    .as("runs of the first of chain " + i)
                    .isEqualTo(2);
        }
    }

    @Test
    void shouldNotNeedWhatWhoWaitsHolds() throws Exception {
        start(1, 1, 64L << 20);
        ObjectRef<byte[]> lost = make("h", 5);
        lost.get(SOON);
        loseAll(List.of(lost));
        assertThat(Atoll.task(Remade::getInside, List.of(lost)).remote().get(SOON))
                .isEqualTo(5);
        assertThat(runs("h")).isEqualTo(2);
    }

    @Test
    void shouldMakeAgainOneOfSeveralResults() throws Exception {
        start(1, 1, 64L << 20);
        List<ObjectRef<byte[]>> both = Atoll.remoteEach(Atoll.task(Remade::makeTwo, marks.toString(), "two", 3), 2);
        Atoll.wait(both, 2);
        both.get(0).close();
        loseAll(List.of(both.get(1)));
        assertThat(both.get(1).get(SOON)).isEqualTo(Remade.array(4));
        assertThat(runs("two")).isEqualTo(2);
    }

    @Test
    void shouldSurviveTheDeathOfWhoMakesItAgain() throws Exception {
        start(2, 2, 64L << 20);
        ObjectRef<byte[]> lost =
                Atoll.task(Remade::makeOrDie, marks.toString(), "d", 6).remote();
        Atoll.wait(List.of(lost), 1);
        loseAll(List.of(lost));
        assertThat(lost.get(SOON)).isEqualTo(Remade.array(6));
        assertThat(runs("d")).isEqualTo(3);
    }

    @Test
    void shouldSayWhatCannotBeMadeAgain() throws Exception {
        start(2, 2, 64L << 20);
        ObjectRef<byte[]> put = Atoll.put(Remade.array(1));
        ObjectRef<byte[]> derived =
                Atoll.task(Remade::plusOne, marks.toString(), "derived", put).remote();
        ObjectRef<byte[]> once =
                Atoll.task(Remade::make, marks.toString(), "once", 2).retries(0).remote();
        Atoll.wait(List.of(derived, once), 2);
        loseAll(List.of(put, derived, once));
        assertThatThrownBy(() -> put.get(SOON))
                .isInstanceOf(ObjectLostException.class)
                .hasMessageContaining("damaged");
        assertThatThrownBy(() -> once.get(SOON)).isInstanceOf(ObjectLostException.class);
        assertThat(runs("once")).isEqualTo(1);
        assertThatThrownBy(() -> derived.get(SOON))
                .isInstanceOf(TaskException.class)
                .hasMessageContaining("plusOne")
                .hasCauseInstanceOf(ObjectLostException.class);
    }

    @Test
    void shouldKeepNothingWhereNothingIsAllowed() throws Exception {
        start(1, 1, 0);
        ObjectRef<byte[]> lost = make("none", 5);
        Atoll.wait(List.of(lost), 1);
        loseAll(List.of(lost));
        assertThatThrownBy(() -> lost.get(SOON)).isInstanceOf(ObjectLostException.class);
        assertThat(runs("none")).isEqualTo(1);
    }

    @Test
    void shouldKeepArgumentsWithinItsBytesAndUntilResultsAreGone() throws Exception {
        start(2, 2, 4L << 20);
        List<ObjectRef<Integer>> sizes = new ArrayList<>();
        for (int i = 0; i < 24; ++i) {
            try (ObjectRef<byte[]> argument = Atoll.put(Remade.array(i))) {
                sizes.add(Atoll.task(Remade::size, argument).remote());
            }
        }
        assertThat(Atoll.get(sizes)).allMatch(size -> size == Remade.BYTES);
        awaitSealedBytes(5 << 20);
        assertThat(Atoll.stats().sealedBytes()).as("the newest are kept").isGreaterThan(2 << 20);
        sizes.forEach(ObjectRef::close);
        awaitSealedBytes(1 << 16);
    }

    private static void awaitSealedBytes(long most) throws InterruptedException {
        for (int i = 0; i < 3000 && Atoll.stats().sealedBytes() > most; ++i) {
            Thread.sleep(10);
        }
        assertThat(Atoll.stats().sealedBytes()).isLessThanOrEqualTo(most);
    }
}
