package io.atoll.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What blocked tasks give back, what they keep, and who goes first. Marks in a directory say what happened when. */
@Timeout(180)
class ResourcesTest {
    @TempDir
    java.nio.file.Path marks;

    private AtollSession node(double cpus, double gpus, int workers) {
        return Atoll.init(AtollOptions.builder()
                .workers(workers)
                .cpus(cpus)
                .gpus(gpus)
                .storeBytes(64L << 20)
                .build());
    }

    @Test
    void shouldGiveBackTheCpuButNotTheGpuWhileBlocked() {
        try (AtollSession session = node(1, 1, 2)) {
            String dir = marks.toString();
            ObjectRef<String> g =
                    Atoll.task(Marks::gpuHolderWaitsForCpuTask, dir).numGpus(1).remote();
            // Wants the GPU while g is blocked and f uses g's CPU.
            ObjectRef<String> other =
                    Atoll.task(Marks::mark, dir, "other").numGpus(1).numCpus(0).remote();
            assertThat(g.get()).isEqualTo("f");
            assertThat(other.get()).isEqualTo("other");
            assertThat(Marks.order(dir)).containsSubsequence("g begins", "f", "g ends", "other");
        }
    }

    @Test
    void shouldRunADriversTaskOnTheCpuOfABlockedOne() {
        try (AtollSession session = node(1, 0, 1)) {
            String dir = marks.toString();
            ObjectRef<Integer> blocked =
                    Atoll.task(Marks::waitsForMarkThroughTask, dir, "released").remote();
            // With one CPU and one worker this runs only if the first has given its CPU back, on another thread.
            ObjectRef<String> releasing =
                    Atoll.task(Marks::mark, dir, "released").remote();
            assertThat(releasing.get()).isEqualTo("released");
            assertThat(blocked.get()).isEqualTo(1);
            assertThat(Atoll.stats().workers()).hasSize(1);
        }
    }

    @Test
    void shouldRunNestedTasksNewestFirst() {
        try (AtollSession session = node(1, 0, 1)) {
            String dir = marks.toString();
            Atoll.task(Marks::submitsThree, dir).remote().get().forEach(ObjectRef::get);
            assertThat(Marks.order(dir)).containsExactly("3", "2", "1");
        }
    }

    @Test
    void shouldHelpWithWhatFitsEvenIfNobodyElseCould() {
        try (AtollSession session = node(1, 1, 1)) {
            // The inner task needs the GPU that the outer one keeps: only on its resources can it run.
            assertThat(Atoll.task(Marks::asksForTheGpuAgain).numGpus(1).remote().get())
                    .isEqualTo("inner");
        }
    }

    @Test
    void shouldNotRunMoreThanFits() {
        try (AtollSession session = node(2, 0, 3)) {
            String dir = marks.toString();
            List<ObjectRef<Integer>> refs = new java.util.ArrayList<>();
            for (int i = 0; i < 12; ++i) {
                refs.add(Atoll.task(Marks::countRunning, dir).remote());
            }
            assertThat(Atoll.get(refs)).allMatch(running -> running <= 2);
            List<ObjectRef<Integer>> halves = new java.util.ArrayList<>();
            for (int i = 0; i < 12; ++i) {
                halves.add(Atoll.task(Marks::countRunning, dir).numCpus(0.5).remote());
            }
            assertThat(Atoll.get(halves)).allMatch(running -> running <= 4);
        }
    }
}
