package io.atoll.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.ObjectId;
import io.atoll.ObjectRef;
import io.atoll.WaitResult;
import io.atoll.internal.store.Struct;
import io.atoll.jni.StoreLayout;
import io.atoll.spi.Runtimes;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What it costs to take refs one after the other while they become ready, for each of them: as much for many as for few. Counted
 * are this process's operations on the store, and the bytes that its threads allocate, by which lists show that are copied at each
 * step. A list that is only looked through at each step is not seen, nor what a watch costs in the store, which its own tests
 * tell.
 */
@Timeout(120)
class ReadyCostTest {
    /** So many become ready together, once those before are taken. */
    private static final int AT_ONCE = 10;
    /** Of the store, those that make the object ready included. */
    private static final int[] OPERATIONS = {
        StoreLayout.OPERATIONS_EXPECTS,
        StoreLayout.OPERATIONS_CREATES,
        StoreLayout.OPERATIONS_SEALS,
        StoreLayout.OPERATIONS_GETS,
        StoreLayout.OPERATIONS_RELEASES,
        StoreLayout.OPERATIONS_REFERENCES,
        StoreLayout.OPERATIONS_DEREFERENCES,
        StoreLayout.OPERATIONS_WAITS,
        StoreLayout.OPERATIONS_CLAIMS
    };

    /** Twice what it takes, as of the bytes. */
    private static final double MOST_OPERATIONS = 10;
    /** A list of what is left at each step would be 32,000, of 16,000 refs. */
    private static final double MOST_BYTES = 2000;

    private static AtollSession session;
    private static ClientRuntime runtime;

    @BeforeAll
    static void start() {
        session = Atoll.init(
                AtollOptions.builder().workers(1).storeBytes(128L << 20).build());
        runtime = (ClientRuntime) Runtimes.current();
        // What is loaded for the first of all is theirs alone.
        takeInTheOrderOfCompletion(new Making(100));
        takeInALoopOfWaits(new Making(100));
    }

    @AfterAll
    static void stop() {
        session.close();
    }

    /** Refs to what is made in another order. */
    private static final class Making {
        final List<ObjectRef<Integer>> refs = new ArrayList<>();
        private final List<ObjectId> left = new ArrayList<>();
        private int taken;

        Making(int count) {
            for (int i = 0; i < count; ++i) {
                ObjectRef<Integer> ref = runtime.ref(runtime.store.expect());
                refs.add(ref);
                left.add(ref.id());
            }
            Collections.shuffle(left, new Random(count));
        }

        /** The next are made when those before have been taken. */
        void makeNext() {
            if (taken++ % AT_ONCE == 0) {
                for (int i = 0; i < AT_ONCE && !left.isEmpty(); ++i) {
                    runtime.writer.write(left.remove(left.size() - 1), runtime.codec.encode(7));
                }
            }
        }
    }

    private static long operations() {
        Struct stats = runtime.store.clientStats(runtime.store.clientIndex());
        Struct done = stats.part(StoreLayout.CLIENT_STATS_DONE);
        long sum = 0;
        for (int each : OPERATIONS) {
            sum += done.get(each);
        }
        return sum;
    }

    /** By all threads that there are. */
    private static long allocated() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long sum = 0;
        for (long each : threads.getThreadAllocatedBytes(threads.getAllThreadIds())) {
            sum += Math.max(0, each); // It may have ended.
        }
        return sum;
    }

    /** @param take all of them, and says how many they were */
    private static void check(int count, ToIntFunction<Making> take) {
        Making making = new Making(count);
        long operations = operations();
        long allocated = allocated();
        int taken = take.applyAsInt(making);
        allocated = allocated() - allocated;
        operations = operations() - operations;
        assertThat(taken).isEqualTo(count);
        assertThat((double) operations / count).as("operations").isBetween(2.0, MOST_OPERATIONS);
        assertThat((double) allocated / count).as("bytes").isLessThan(MOST_BYTES);
    }

    private static int takeInTheOrderOfCompletion(Making making) {
        int taken = 0;
        Iterator<ObjectRef<Integer>> ready = Atoll.asReady(making.refs).iterator();
        for (making.makeNext(); ready.hasNext(); making.makeNext()) {
            ready.next();
            ++taken;
        }
        return taken;
    }

    private static int takeInALoopOfWaits(Making making) {
        int taken = 0;
        for (List<ObjectRef<Integer>> open = making.refs; !open.isEmpty(); ) {
            making.makeNext();
            WaitResult<Integer> result = Atoll.wait(open, 1);
            taken += result.ready().size();
            open = result.unready();
        }
        return taken;
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, 16_000})
    void shouldGrowWithTheRefsAloneInTheOrderOfCompletion(int count) {
        check(count, ReadyCostTest::takeInTheOrderOfCompletion);
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, 16_000})
    void shouldGrowWithTheRefsAloneInALoopOfWaits(int count) {
        check(count, ReadyCostTest::takeInALoopOfWaits);
    }
}
