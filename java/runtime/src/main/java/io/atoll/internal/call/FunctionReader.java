package io.atoll.internal.call;

import io.atoll.UnserializableException;
import io.atoll.internal.classes.DriverClasses;
import java.lang.invoke.MethodHandleInfo;
import java.lang.invoke.MethodType;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what to call for a user's function: for a lambda or method reference the method that it stands for, through the
 * {@code writeReplace} that javac and the JDK give to every serializable one, or as {@link PlainLambda} does; for an object of a class of the user's the
 * method of the function type that it implements, with the object itself as the first argument. What nothing is captured by
 * is looked at once per class. Any thread.
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
     * @param name for logs and errors
     */
    record Function(FunctionDescriptor descriptor, @Nullable Object[] captured, String name) {}

    /** @param parameters how many arguments the call has: a class may be a function in several ways */
    static Function read(Object function, int parameters) {
        return SOURCES.get(function.getClass()).read(function, parameters);
    }

    /** What is known of one function's class. */
    private static final class Source {
        private final Class<?> type;
        private final @Nullable Method writeReplace; // null when there is none
        private final @Nullable PlainLambda plain; // null when it is none, or cannot be read
        private volatile @Nullable Function known;

        Source(Class<?> type) {
            this.type = type;
            String why = DriverClasses.meet(type);
            if (why != null) {
                throw new UnserializableException(why);
            }
            Method method = null;
            try {
                method = type.getDeclaredMethod("writeReplace");
                Access.open(type);
                method.setAccessible(true);
            } catch (NoSuchMethodException e) {
                // An object.
            } catch (InaccessibleObjectException e) {
                throw new UnserializableException(
                        "the lambdas of " + type.getModule() + " cannot be read: open package " + type.getPackageName()
                                + " to Atoll, in module-info or with " + Access.flag(type),
                        e);
            }
            writeReplace = method;
            plain = method == null ? PlainLambda.of(type) : null;
        }

        Function read(Object function, int parameters) {
            Function found = known;
            if (found == null) {
                found = readNow(function, parameters);
                if (found.captured.length == 0) {
                    known = found;
                }
            }
            return found;
        }

        private Function readNow(Object function, int parameters) {
            Object written = null;
            try {
                written = writeReplace == null ? null : writeReplace.invoke(function);
            } catch (IllegalAccessException | InvocationTargetException e) {
                throw new UnserializableException("the function " + type.getName() + " cannot be read", e);
            }
            if (written instanceof SerializedLambda lambda) {
                return ofLambda(lambda);
            }
            return plain != null && parameters == 0 ? ofPlain(plain, function) : ofObject(function, parameters);
        }

        private Function ofPlain(PlainLambda lambda, Object function) {
            try {
                return new Function(
                        lambda.method(),
                        lambda.captured(function),
                        lambda.method().shortName());
            } catch (IllegalAccessException e) {
                throw new UnserializableException(
                        "what the function " + type.getName() + " captures cannot be read", e);
            }
        }

        private static Function ofLambda(SerializedLambda lambda) {
            int count = lambda.getCapturedArgCount();
            @Nullable Object[] captured = count == 0 ? NOTHING : new Object[count];
            for (int i = 0; i < count; ++i) {
                captured[i] = lambda.getCapturedArg(i);
            }
            FunctionDescriptor method = new FunctionDescriptor(
                    lambda.getImplMethodKind(),
                    lambda.getImplClass().replace('/', '.'),
                    lambda.getImplMethodName(),
                    lambda.getImplMethodSignature());
            return new Function(method, captured, method.shortName());
        }

        private Function ofObject(Object function, int parameters) {
            if (type.isHidden() || type.isSynthetic()) {
                throw new UnserializableException(type.getName()
                        + " is a lambda or method reference of a type that is not"
                        + " Serializable, and what it calls cannot be found out: give it where an F" + parameters
                        + " or P"
                        + parameters + " is expected, or cast it to (Callable<...> & Serializable)");
            }
            Class<?> functionType = functionType(type, parameters);
            if (functionType == null) {
                throw new UnserializableException(type.getName() + " is no function of " + parameters
                        + " parameters: neither a lambda nor a method reference, nor does it implement F" + parameters
                        + ", P"
                        + parameters + " or Callable");
            }
            boolean isRunnable = functionType == Runnable.class;
            Class<?> result = isRunnable || functionType.getName().startsWith("io.atoll.P") ? void.class : Object.class;
            MethodType method = MethodType.genericMethodType(parameters).changeReturnType(result);
            String name = type.getName();
            return new Function(
                    new FunctionDescriptor(
                            MethodHandleInfo.REF_invokeInterface,
                            functionType.getName(),
                            isRunnable ? "run" : "call",
                            method.toMethodDescriptorString()),
                    new Object[] {function},
                    name.substring(name.lastIndexOf('.') + 1));
        }

        /** The interface of so many parameters that a class implements; null when it does not. */
        private static @Nullable Class<?> functionType(Class<?> type, int parameters) {
            for (Class<?> each = type; each != null; each = each.getSuperclass()) {
                for (Class<?> found : each.getInterfaces()) {
                    String name = found.getName();
                    if (name.equals("io.atoll.F" + parameters)
                            || name.equals("io.atoll.P" + parameters)
                            || ((found == Callable.class || found == Runnable.class) && parameters == 0)) {
                        return found;
                    }
                    Class<?> inherited = functionType(found, parameters);
                    if (inherited != null) {
                        return inherited;
                    }
                }
            }
            return null;
        }
    }
}
