package io.atoll.internal.threads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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
}
