package io.atoll;

/**
 * A task that waits for what waits for it: for results of each other, for resources that tasks keep while they wait, or for a
 * thread where all threads of all workers wait, as in a recursion without end. A second or two later, or some ten where other
 * tasks come and go, one of those that wait for each other fails with this, one that has not begun if there is such, which
 * lets the others go on; the message says who has what, and who waits for whom. One that has begun is interrupted in its
 * wait, and fails with it unless it goes on without: what it throws then has this among its suppressed. Or
 * a task that waits for a lock which the one that waits for it may keep, on whose thread it runs: {@link TaskCall#isolated}.
 *
 * @since 0.1
 */
public final class DeadlockException extends TaskException {
    private static final long serialVersionUID = 1;

    /**
     * With all that it tells.
     *
     * @param message who waits, with what each holds
     * @param taskName name of the task that was given up
     */
    public DeadlockException(String message, String taskName) {
        super(message, taskName, 0, 0, null);
    }
}
