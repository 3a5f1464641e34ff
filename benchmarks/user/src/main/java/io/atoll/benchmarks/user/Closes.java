package io.atoll.benchmarks.user;

import io.atoll.Atoll;
import io.atoll.AtollSession;

/** Sessions one after the other, each closed when it has nothing to do: prints how many nanoseconds each close took. */
public final class Closes {
    private static final int SESSIONS = 10;
    private static final int IDLE_MILLIS = 500;

    private Closes() {}

    public static void main(String[] arguments) throws InterruptedException {
        for (int i = 0; i < SESSIONS; ++i) {
            AtollSession session = Atoll.init();
            if (Atoll.task(First::twice, 21).remote().get() != 42) {
                throw new AssertionError("another number came back");
            }
            Thread.sleep(IDLE_MILLIS);
            long start = System.nanoTime();
            session.close();
            System.out.println(System.nanoTime() - start);
        }
    }
}
