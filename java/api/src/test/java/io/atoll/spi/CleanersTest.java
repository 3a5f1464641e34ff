package io.atoll.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.Cleaner;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CleanersTest {
    private static final AtomicInteger MADE = new AtomicInteger();
    private static final ThreadLocal<Integer> LOCAL = ThreadLocal.withInitial(MADE::incrementAndGet);

    @Test
    void shouldKeepThreadLocalsFromOneActionToTheNext() throws InterruptedException {
        Cleaner cleaner = Cleaners.create("cleaner-of-a-test");
        BlockingQueue<Thread> ran = new LinkedBlockingQueue<>();
        BlockingQueue<Integer> seen = new LinkedBlockingQueue<>();
        for (int i = 0; i < 3; ++i) {
            cleaner.register(new Object(), () -> {
                seen.add(LOCAL.get());
                ran.add(Thread.currentThread());
            });
        }
        while (ran.size() < 3) {
            System.gc();
            Thread.sleep(1);
        }

        assertThat(seen).containsExactly(1, 1, 1);
        Thread thread = ran.take();
        assertThat(thread.isDaemon()).isTrue();
        assertThat(thread.getName()).isEqualTo("cleaner-of-a-test");
        assertThat(thread.getContextClassLoader()).isNull();
    }
}
