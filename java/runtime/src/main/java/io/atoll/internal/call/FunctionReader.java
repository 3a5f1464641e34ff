package io.atoll.internal.call;

import io.atoll.UnserializableException;
import java.io.Serializable;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

/**
 * Finds out which method a user's lambda or method reference stands for, through the {@code writeReplace} that javac and
 * the JDK give to every serializable one. What nothing is captured by is looked at once per class. Any thread.
 */
final class FunctionReader {
    private static final Object[] NOTHING = {};

    private static final ClassValue<Source> SOURCES = new ClassValue<>() {
        @Override
        protected Source computeValue(Class<?> type) {
            return new Source(type);
        }
    };

    private FunctionReader() {}

    /**
     * The method and what is to be passed to it before the call's arguments.
     *
     * @param descriptor of the method
     * @param captured in the order of its first parameters, a receiver included
     */
    record Function(FunctionDescriptor descriptor, Object[] captured) {}

    static Function read(Serializable function) {
        return SOURCES.get(function.getClass()).read(function);
    }

    /** What is known of one lambda's class. */
    private static final class Source {
        private final Method writeReplace;
        private volatile Function known;

        Source(Class<?> type) {
            Method method;
            try {
                method = type.getDeclaredMethod("writeReplace");
                Access.open(type);
                method.setAccessible(true);
            } catch (NoSuchMethodException e) {
                throw new UnserializableException(
                        type.getName() + " is no lambda and no method reference: give the task one of these", e);
            } catch (InaccessibleObjectException e) {
                throw new UnserializableException(
                        "the lambdas of " + type.getModule() + " cannot be read: open package " + type.getPackageName()
                                + " to Atoll, in module-info or with " + Access.flag(type),
                        e);
            }
            writeReplace = method;
        }

        Function read(Serializable function) {
            Function found = known;
            if (found == null) {
                found = readNow(function);
                if (found.captured.length == 0) {
                    known = found;
                }
            }
            return found;
        }

        private Function readNow(Serializable function) {
            Object written;
            try {
                written = writeReplace.invoke(function);
            } catch (IllegalAccessException | InvocationTargetException e) {
                throw new UnserializableException(
                        "the function " + function.getClass().getName() + " cannot be read", e);
            }
            if (!(written instanceof SerializedLambda lambda)) {
                throw new UnserializableException(function.getClass().getName()
                        + " is no lambda and no method reference: give the task one of these");
            }
            int count = lambda.getCapturedArgCount();
            Object[] captured = count == 0 ? NOTHING : new Object[count];
            for (int i = 0; i < count; ++i) {
                captured[i] = lambda.getCapturedArg(i);
            }
            return new Function(
                    new FunctionDescriptor(
                            lambda.getImplMethodKind(),
                            lambda.getImplClass().replace('/', '.'),
                            lambda.getImplMethodName(),
                            lambda.getImplMethodSignature()),
                    captured);
        }
    }
}
