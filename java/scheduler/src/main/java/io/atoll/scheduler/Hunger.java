package io.atoll.scheduler;

/** When the end of a task has to be heard of soon. */
public enum Hunger {
    /** Nothing waits for it. */
    NEVER,
    /** When little is left at its worker of what was sent ahead: something waits for resources. */
    WHEN_LOW,
    /** Each time. */
    ALWAYS;

    static Hunger of(Dependencies dependencies, Queue queue, Ahead ahead) {
        if (!dependencies.isEmpty() || queue.isHeldUp()) {
            return ALWAYS;
        }
        return queue.isEmpty() && ahead.isEmpty() ? NEVER : WHEN_LOW;
    }
}
