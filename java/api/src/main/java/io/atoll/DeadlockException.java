package io.atoll;

/**
 * A task that can never be run, since those who hold what it needs wait for it, or for each other: resources that tasks keep
 * while they wait, or all threads of all workers, as by a recursion without end. It is thrown where its result is asked for,
 * which lets the others go on. The message says what is held by whom. Sealed into the result of one task of those that wait
 * for each other, after nothing has run for a second. Or a task that waits for a lock which the one that waits for it may keep,
 * on whose thread it runs: {@link TaskCall#isolated}.
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
