package io.atoll.internal.call;

import io.atoll.AtollException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleInfo;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Turns the name of a method into something to call: a handle of type {@code (Object[])Object}, with the receiver, if
 * any, as the first element. Each is made once. No lambda is made for it. Any thread.
 */
public final class FunctionFinder {
    private static final MethodHandles.Lookup OURS = MethodHandles.lookup();

    private final ClassLoader loader;
    private final ConcurrentHashMap<FunctionDescriptor, MethodHandle> handles = new ConcurrentHashMap<>();

    public FunctionFinder(ClassLoader loader) {
        this.loader = loader;
    }

    /** Loads what the first call would have to wait for. */
    public static void warmUp() {
        new FunctionFinder(FunctionFinder.class.getClassLoader())
                .find(new FunctionDescriptor(
                        MethodHandleInfo.REF_invokeStatic,
                        FunctionFinder.class.getName(),
                        "identity",
                        "(Ljava/lang/Object;)Ljava/lang/Object;"));
    }

    @SuppressWarnings("UnusedMethod") // found by its name
    private static Object identity(Object value) {
        return value;
    }

    /** Throws {@link AtollException} when this JVM has no such method, or may not call it. */
    public MethodHandle find(FunctionDescriptor function) {
        MethodHandle handle = handles.get(function);
        if (handle == null) {
            handle = link(function);
            handles.put(function, handle);
        }
        return handle;
    }

    /** Throws {@link NullPointerException}, naming the parameter, when one that is a primitive is given null. */
    public void checkNulls(FunctionDescriptor function, Object[] arguments) {
        for (int i = 0; i < arguments.length; ++i) {
            if (arguments[i] == null) {
                NullArguments.check(function, i, loader);
            }
        }
    }

    private MethodHandle link(FunctionDescriptor function) {
        Class<?> owner;
        MethodType type;
        try {
            owner = Class.forName(function.className(), true, loader);
            type = MethodType.fromMethodDescriptorString(function.methodType(), loader);
        } catch (ClassNotFoundException | TypeNotPresentException e) {
            throw missing("what " + function + " needs", e);
        } catch (LinkageError e) {
            throw new AtollException("class " + function.className() + " cannot be used in the worker: " + e, e);
        }
        MethodHandle handle;
        try {
            handle = find(lookup(owner), owner, function, type);
        } catch (IllegalAccessException e) {
            throw new AtollException(
                    function + " may not be called: open package " + owner.getPackageName() + " of " + owner.getModule()
                            + " with " + Access.flag(owner),
                    e);
        } catch (NoSuchMethodException e) {
            throw new AtollException("class " + function.className() + " of the worker has no " + function, e);
        }
        MethodHandle fixed = handle.asFixedArity();
        return fixed.asType(fixed.type().generic())
                .asSpreader(Object[].class, fixed.type().parameterCount());
    }

    /** A class is not there, and what can be done about it. */
    public static AtollException missing(String what, Throwable e) {
        return new AtollException(
                "the worker's class path does not have " + what + ": " + e.getMessage()
                        + ". Name the jar or directory that has it by AtollOptions.Builder.workerClassPath; what class"
                        + " loaders of the driver's own have comes from there if they give its bytes and a function of"
                        + " theirs has been submitted",
                new ClassNotFoundException(
                        "the worker's class path, which is that of the driver's JVM and of the URL class loaders that"
                                + " the driver was started in, is " + System.getProperty("java.class.path"),
                        e));
    }

    /** As much access as the class's module grants us. */
    private static MethodHandles.Lookup lookup(Class<?> owner) {
        Access.open(owner);
        try {
            return MethodHandles.privateLookupIn(owner, OURS);
        } catch (IllegalAccessException e) {
            return MethodHandles.publicLookup();
        }
    }

    private static MethodHandle find(
            MethodHandles.Lookup lookup, Class<?> owner, FunctionDescriptor function, MethodType type)
            throws NoSuchMethodException, IllegalAccessException {
        switch (function.kind()) {
            case MethodHandleInfo.REF_invokeStatic:
                return lookup.findStatic(owner, function.methodName(), type);
            case MethodHandleInfo.REF_newInvokeSpecial:
                return lookup.findConstructor(owner, type);
            case MethodHandleInfo.REF_invokeSpecial:
                return lookup.findSpecial(owner, function.methodName(), type, owner);
            case MethodHandleInfo.REF_invokeVirtual:
            case MethodHandleInfo.REF_invokeInterface:
                return lookup.findVirtual(owner, function.methodName(), type);
            default:
                throw new AtollException(function + " is called in a way that is not known: " + function.kind());
        }
    }
}
