package io.atoll;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.atoll.FakeRuntimeProvider.FakeRuntime;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What it costs to take refs one after the other as they become ready, for each of them: as much for many as for few. Counted are
 * the refs that the runtime is handed, and the bytes that are allocated, by which lists show that are copied at each step. A list
 * that is only looked through at each step is not seen.
 */
class ReadyCostTest {
    /** Each is watched, and asked for; a loop also looks at all of them once, at its first wait. */
    private static final double MOST_HANDED = 3;
    /** A list of what is left at each step would be 32,000, of 16,000 refs. */
    private static final double MOST_BYTES = 2000;

    private AtollSession session;
    private FakeRuntime runtime;

    @BeforeEach
    void init() {
        session = Atoll.init();
        runtime = FakeRuntimeProvider.last;
    }

    @AfterEach
    void close() {
        session.close();
    }

    private static List<ObjectRef<Integer>> put(int count) {
        List<ObjectRef<Integer>> refs = new ArrayList<>();
        for (int i = 0; i < count; ++i) {
            refs.add(Atoll.put(i));
        }
        return refs;
    }

    /** @param take all of them, and says how many they were */
    private void check(int count, ToIntFunction<List<ObjectRef<Integer>>> take) {
        var unused = take.applyAsInt(put(100)); // What is loaded for the first of all is theirs alone.
        List<ObjectRef<Integer>> refs = put(count);
        runtime.handed = 0;
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long self = Thread.currentThread().getId();
        long allocated = threads.getThreadAllocatedBytes(self);
        int taken = take.applyAsInt(refs);
        allocated = threads.getThreadAllocatedBytes(self) - allocated;
        assertThat(taken).isEqualTo(count);
        assertThat((double) runtime.handed / count).as("refs handed").isLessThanOrEqualTo(MOST_HANDED);
        assertThat((double) allocated / count).as("bytes").isLessThan(MOST_BYTES);
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, 16_000})
    void shouldGrowWithTheRefsAloneInTheOrderOfCompletion(int count) {
        check(count, refs -> (int) Atoll.asReady(refs).count());
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, 16_000})
    void shouldGrowWithTheRefsAloneInALoopOfWaits(int count) {
        check(count, refs -> {
            int taken = 0;
            for (List<ObjectRef<Integer>> open = refs; !open.isEmpty(); ) {
                WaitResult<Integer> result = Atoll.wait(open, 1);
                taken += result.ready().size();
                open = result.unready();
            }
            return taken;
        });
    }
}
