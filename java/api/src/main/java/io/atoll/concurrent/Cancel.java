package io.atoll.concurrent;

/**
 * How far {@link io.atoll.ObjectRef#cancel(Cancel)} goes. What a task has submitted is cancelled with it in the same way, and
 * what that has, whoever else may wait for it.
 *
 * @since 0.1
 */
public enum Cancel {
    /** A task that nobody has begun is never run; one that runs goes on. */
    QUEUED,
    /**
     * The thread of a task that runs is interrupted, too. The task ends when it heeds that, and as cancelled whatever it
     * returns or throws.
     */
    INTERRUPT,
    /**
     * The worker of a task that runs is ended and replaced. Other tasks that it had begun run again, and are not charged with
     * a retry; those without retries fail.
     */
    FORCE
}
