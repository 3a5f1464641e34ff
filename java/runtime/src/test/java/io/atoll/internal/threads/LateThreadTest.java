package io.atoll.internal.threads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class LateThreadTest {
    @Test
    void shouldBeStartedByTheNextWhenItCannotBe() throws Exception {
        CountDownLatch ran = new CountDownLatch(1);
        AtomicInteger made = new AtomicInteger();
        LateThread thread = new LateThread(
                body -> new Thread(body) {
                    @Override
                    public void start() {
                        if (made.incrementAndGet() == 1) {
                            throw new OutOfMemoryError("unable to create native thread");
                        }
                        super.start();
                    }
                },
                ran::countDown);
        assertThatThrownBy(thread::start).isInstanceOf(OutOfMemoryError.class);
        thread.start();
        thread.start();
        assertThat(ran.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(made).hasValue(2);
    }

    @Test
    void shouldHaveNothingOfWhoStartsIt() throws Exception {
        InheritableThreadLocal<String> inherited = new InheritableThreadLocal<>();
        AtomicReference<String> seen = new AtomicReference<>();
        AtomicReference<Thread> ran = new AtomicReference<>();
        CountDownLatch isOver = new CountDownLatch(1);
        CountDownLatch isSeen = new CountDownLatch(1);
        LateThread thread = new LateThread("late", () -> {
            seen.set(inherited.get());
            ran.set(Thread.currentThread());
            isOver.countDown();
            try {
                isSeen.await();
            } catch (InterruptedException e) {
                // It ends.
            }
        });
        Thread first = new Thread(() -> {
            inherited.set("of a task");
            Thread.currentThread().setPriority(Thread.MIN_PRIORITY);
            Thread.currentThread().setContextClassLoader(new ClassLoader(null) {});
            thread.start();
        });
        first.start();
        assertThat(isOver.await(60, TimeUnit.SECONDS)).isTrue();
        first.join();
        assertThat(seen).hasNullValue();
        assertThat(ran.get().getPriority()).isEqualTo(Thread.NORM_PRIORITY);
        assertThat(ran.get().getContextClassLoader())
                .isSameAs(Thread.currentThread().getContextClassLoader());
        isSeen.countDown();
    }
}
