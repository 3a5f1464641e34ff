package io.atoll.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A task finds its thread as if none had run on it before. */
@Timeout(120)
class ThreadStateTest {
    private static final ThreadLocal<String> LOCAL = ThreadLocal.withInitial(() -> "initial");
    private static final ThreadLocal<Object> PLAIN = new ThreadLocal<>();
    private static final InheritableThreadLocal<Object> INHERITED = new InheritableThreadLocal<>();
    private static final int ENOUGH = 10_000;

    /** Id and number of the thread's properties. */
    private static List<Object> look() {
        Thread here = Thread.currentThread();
        boolean isGroups = here.getUncaughtExceptionHandler() == here.getThreadGroup();
        return List.of(
                here.getId(),
                here.getName().equals("changed"),
                here.getPriority(),
                here.getContextClassLoader() instanceof URLClassLoader,
                isGroups,
                here.isInterrupted(),
                LOCAL.get(),
                String.valueOf(PLAIN.get()),
                String.valueOf(INHERITED.get()));
    }

    private static long change() {
        Thread here = Thread.currentThread();
        here.setName("changed");
        here.setPriority(Thread.MIN_PRIORITY);
        here.setContextClassLoader(new URLClassLoader(new URL[0]));
        here.setUncaughtExceptionHandler((thread, e) -> {});
        LOCAL.set("changed");
        PLAIN.set(1);
        INHERITED.set(2);
        here.interrupt();
        return here.getId();
    }

    private static List<Object> childsChanges() {
        Atoll.task(ThreadStateTest::change).remote().get();
        return look();
    }

    @Test
    void shouldHandAThreadBackAsItWas() {
        AtollOptions options =
                AtollOptions.builder().workers(1).cpus(1).storeBytes(32L << 20).build();
        try (AtollSession session = Atoll.init(options)) {
            for (int i = 0; i < 3; ++i) {
                long changed = Atoll.task(ThreadStateTest::change).remote().get();
                assertThat(lookOn(changed))
                        .containsExactly(
                                changed, false, Thread.NORM_PRIORITY, false, true, false, "initial", "null", "null");
            }
            List<Object> parents =
                    Atoll.task(ThreadStateTest::childsChanges).remote().get();
            assertThat(parents.subList(1, 5)).containsExactly(false, Thread.NORM_PRIORITY, false, true);
            assertThat(parents.subList(6, 9)).containsExactly("initial", "null", "null");
        }
    }

    /** Any idle thread may take a task: until that one has. */
    private static List<Object> lookOn(long thread) {
        for (int i = 0; i < ENOUGH; ++i) {
            List<Object> found = Atoll.task(ThreadStateTest::look).remote().get();
            if (found.get(0).equals(thread)) {
                return found;
            }
        }
        throw new AssertionError("thread " + thread + " was not seen again in " + ENOUGH + " tasks");
    }
}
