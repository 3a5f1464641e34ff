package io.atoll.internal.torture;

import io.atoll.AtollException;
import io.atoll.GetTimeoutException;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Predicate;

/** Something that was begun, and what may come of it. */
final class Probe {
    /** Nothing that is begun takes longer, whatever is done to the node meanwhile. */
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final long SLACK_NANOS = 10_000_000_000L;

    /** Asks for what has come of it, in {@link #PATIENCE}. */
    interface Question {
        Object ask() throws InterruptedException;
    }

    private final String what;
    private final Question question;
    private final Predicate<Object> isRight;
    private Predicate<AtollException> mayThrow = thrown -> false;
    private boolean needsRoom = true;

    private Probe(String what, Question question, Predicate<Object> isRight) {
        this.what = what;
        this.question = question;
        this.isRight = isRight;
    }

    static Probe equalTo(String what, Object value, Question question) {
        return new Probe(what, question, got -> Objects.equals(got, value));
    }

    /** One whose value is never right: it must throw. */
    static Probe failing(String what, Question question) {
        return new Probe(what, question, got -> false);
    }

    @SafeVarargs
    final Probe orThrowing(Class<? extends AtollException>... types) {
        return orThrowing(thrown -> {
            for (Class<?> type : types) {
                if (type.isInstance(thrown)) {
                    return true;
                }
            }
            return false;
        });
    }

    Probe orThrowing(Predicate<AtollException> also) {
        mayThrow = mayThrow.or(also);
        return this;
    }

    /** Nothing has to be stored for it. */
    Probe withoutRoom() {
        needsRoom = false;
        return this;
    }

    /** Waits for it, and says what has come of it. */
    void settle(Verdicts verdicts) throws InterruptedException {
        long startedAt = System.nanoTime();
        try {
            Object got = question.ask();
            if (!isRight.test(got)) {
                verdicts.wrong(what, got);
            }
        } catch (GetTimeoutException e) {
            if (verdicts.stuck(what + ": " + e.getMessage())) {
                NodeTorture.showStacks();
            }
        } catch (AtollException e) {
            if (!mayThrow.test(e) && !(needsRoom && verdicts.mayBeFull(e))) {
                verdicts.wrong(what, e);
            }
        } catch (RuntimeException | Error e) {
            verdicts.wrong(what, e);
        }
        if (System.nanoTime() - startedAt > PATIENCE.toNanos() + SLACK_NANOS) {
            verdicts.stuck(what + ": it has not kept its time");
        }
        verdicts.tasks.incrementAndGet();
    }
}
