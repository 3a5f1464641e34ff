package io.atoll.internal.call;

import java.lang.invoke.MethodHandleInfo;
import java.lang.invoke.MethodType;
import java.lang.reflect.Executable;
import java.lang.reflect.Parameter;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Says which parameter it was that cannot be null. */
final class NullArguments {
    private NullArguments() {}

    /**
     * Throws {@link NullPointerException}, naming the parameter, when it is a primitive.
     *
     * @param function what is called
     * @param index of the argument that is null, among all that are passed: a receiver counts
     * @param loader knows the function's class
     */
    static void check(FunctionDescriptor function, int index, ClassLoader loader) {
        int parameter = hasReceiver(function) ? index - 1 : index;
        if (parameter < 0 || !isPrimitive(function.methodType(), parameter)) {
            return;
        }
        MethodType type = MethodType.fromMethodDescriptorString(function.methodType(), loader);
        String name = name(function, parameter, loader);
        throw new NullPointerException("parameter " + (parameter + 1) + (name == null ? "" : " (" + name + ")") + " of "
                + function.shortName() + " is of type "
                + type.parameterType(parameter).getName()
                + ", and null was given for it");
    }

    private static boolean hasReceiver(FunctionDescriptor function) {
        return function.kind() != MethodHandleInfo.REF_invokeStatic
                && function.kind() != MethodHandleInfo.REF_newInvokeSpecial;
    }

    /** Looks at the descriptor alone: most nulls are allowed, and soon done with. */
    private static boolean isPrimitive(String descriptor, int parameter) {
        int at = 1;
        for (int left = parameter; left > 0 && descriptor.charAt(at) != ')'; --left) {
            while (descriptor.charAt(at) == '[') {
                ++at;
            }
            at = descriptor.charAt(at) == 'L' ? descriptor.indexOf(';', at) + 1 : at + 1;
        }
        return "ZBCSIJFD".indexOf(descriptor.charAt(at)) >= 0;
    }

    /** Null when the class was compiled without {@code -parameters}. */
    private static @Nullable String name(FunctionDescriptor function, int parameter, ClassLoader loader) {
        try {
            Class<?> owner = Class.forName(function.className(), false, loader);
            boolean isConstructor = function.kind() == MethodHandleInfo.REF_newInvokeSpecial;
            Executable[] all = isConstructor ? owner.getDeclaredConstructors() : owner.getDeclaredMethods();
            MethodType type = MethodType.fromMethodDescriptorString(function.methodType(), loader);
            for (Executable each : all) {
                if ((isConstructor || each.getName().equals(function.methodName()))
                        && Arrays.equals(each.getParameterTypes(), type.parameterArray())) {
                    Parameter found = each.getParameters()[parameter];
                    return found.isNamePresent() ? found.getName() : null;
                }
            }
            return null;
        } catch (ClassNotFoundException | LinkageError | TypeNotPresentException e) {
            return null;
        }
    }
}
