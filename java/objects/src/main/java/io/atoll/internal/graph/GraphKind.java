package io.atoll.internal.graph;

import io.atoll.StoreException;
import io.atoll.UnserializableException;
import io.atoll.internal.fields.Refusal;
import io.atoll.internal.memory.Encoded;
import io.atoll.internal.memory.Kind;
import io.atoll.internal.memory.RefFactory;
import io.atoll.internal.memory.Source;
import io.atoll.spi.UserThrowables;
import java.lang.reflect.InvocationTargetException;
import java.util.function.Function;
import org.apache.fory.exception.ForyException;

/** Graphs of any objects, by Apache Fory. */
public final class GraphKind {
    /** Nesting that an ordinary thread's stack bears. */
    private static final int ORDINARY_DEPTH = 500;

    private GraphKind() {}

    /** What is known of the classes of this loader, of which this process has no second one, stays. */
    public static void keepFor(ClassLoader loader) {
        Shelf.keepFor(loader);
    }

    public static Encoded encode(Object value) {
        try {
            return with(coder -> coder.write(value));
        } catch (Exception | StackOverflowError | LinkageError e) { // checked ones too: a writeReplace may throw them
            Refusal.Misuse.rethrow(e);
            throw PathFinder.explain(value, e);
        }
    }

    /** Why a value cannot be stored; null when it can. */
    static Throwable failure(Object value) {
        try {
            with(coder -> coder.write(value));
            return null;
        } catch (Exception | StackOverflowError | LinkageError e) {
            return e;
        }
    }

    public static Object decode(int detail, Source source, RefFactory refs) {
        byte[] bytes = detail == Kind.PARTS ? GraphParts.graph(source) : source.copyOut(0, source.size());
        try {
            return with(coder -> coder.read(bytes, source, refs));
        } catch (StoreException | UnserializableException e) {
            throw e;
        } catch (Exception | StackOverflowError | LinkageError | AssertionError e) { // a readResolve's too
            throw source.failed(e, "its graph of objects makes no sense: " + UserThrowables.text(reason(e)));
        }
    }

    /** What a class has thrown when its object was made, without what Fory says around it. */
    private static Throwable reason(Throwable failure) {
        Throwable reason = failure;
        for (Throwable each : UserThrowables.chain(failure)) {
            reason = each;
            boolean wrapper = each.getClass() == RuntimeException.class
                    || each instanceof InvocationTargetException
                    || each instanceof ForyException;
            if (!wrapper) {
                break;
            }
        }
        return reason;
    }

    /** Tries on this thread, then on one with a large stack when the graph is too deep for this one. */
    private static <T> T with(Function<GraphCoder, T> work) {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        ClassLoader loader = context == null ? GraphKind.class.getClassLoader() : context;
        Shelf shelf = Shelf.of(loader);
        GraphCoder coder = shelf.take();
        if (coder == null) {
            coder = new GraphCoder(loader, ORDINARY_DEPTH, shelf);
        }
        T result;
        try {
            result = work.apply(coder);
        } catch (RuntimeException | StackOverflowError e) {
            if (!DeepStack.isNeededBy(e)) {
                throw e;
            }
            return DeepStack.run(() -> work.apply(new GraphCoder(loader, DeepStack.MAX_DEPTH, shelf)));
        }
        shelf.giveBack(coder);
        return result;
    }
}
