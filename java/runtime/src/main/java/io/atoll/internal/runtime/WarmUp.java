package io.atoll.internal.runtime;

import io.atoll.internal.objects.ObjectCodec;

/** Loads what graphs, tensors and tables need (it takes up to a second), once the first tasks have had their time. */
final class WarmUp extends Thread {
    private static final long DELAY_MILLIS = 300;

    private WarmUp() {
        super("atoll-warm-up");
        setDaemon(true);
    }

    static void later() {
        new WarmUp().start();
    }

    @Override
    public void run() {
        try {
            Thread.sleep(DELAY_MILLIS);
            ObjectCodec.warmUp();
        } catch (InterruptedException e) {
            // Whoever needs it first loads it.
        }
    }
}
