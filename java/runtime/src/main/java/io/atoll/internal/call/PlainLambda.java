package io.atoll.internal.call;

import io.atoll.jni.NativeLibrary;
import java.lang.invoke.MethodHandleInfo;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a lambda or method reference of a type that is not Serializable calls, such as a {@code Callable} that was given to
 * an executor. Its class, which the JDK makes, has the method among its constants, as javac has named it; the JVM shows
 * them through a class of its own, whose package is opened for this. What looks otherwise than is known here is not read.
 */
final class PlainLambda {
    private final FunctionDescriptor method;
    private final Field[] captured;

    private PlainLambda(FunctionDescriptor method, Field[] captured) {
        this.method = method;
        this.captured = captured;
    }

    /** Null where it cannot be found out. */
    static @Nullable PlainLambda of(Class<?> type) {
        try {
            return type.isHidden() && type.isSynthetic() ? find(type) : null;
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            return null;
        }
    }

    FunctionDescriptor method() {
        return method;
    }

    @Nullable
    Object[] captured(Object lambda) throws IllegalAccessException {
        @Nullable Object[] values = new Object[captured.length];
        for (int i = 0; i < values.length; ++i) {
            values[i] = captured[i].get(lambda);
        }
        return values;
    }

    private static @Nullable PlainLambda find(Class<?> type) throws ReflectiveOperationException {
        Access.open(type);
        List<Field> fields = new ArrayList<>();
        for (Field each : type.getDeclaredFields()) {
            if (!Modifier.isStatic(each.getModifiers())) {
                each.setAccessible(true);
                fields.add(each);
            }
        }
        fields.sort(Comparator.comparingInt(
                field -> Integer.parseInt(field.getName().substring("arg$".length()))));
        for (String[] each : new Constants(type).methods()) {
            FunctionDescriptor method = descriptor(each, type.getClassLoader());
            if (isCalledWith(method, fields, type.getClassLoader())) {
                return new PlainLambda(method, fields.toArray(new Field[0]));
            }
        }
        return null;
    }

    private static FunctionDescriptor descriptor(String[] member, ClassLoader loader)
            throws ReflectiveOperationException {
        String owner = member[0].replace('/', '.');
        return new FunctionDescriptor(
                kind(
                        Class.forName(owner, false, loader),
                        member[1],
                        MethodType.fromMethodDescriptorString(member[2], loader)),
                owner,
                member[1],
                member[2]);
    }

    private static int kind(Class<?> owner, String name, MethodType type) {
        if (name.equals("<init>")) {
            return MethodHandleInfo.REF_newInvokeSpecial;
        }
        for (Method each : owner.getDeclaredMethods()) {
            if (each.getName().equals(name)
                    && Arrays.equals(each.getParameterTypes(), type.parameterArray())
                    && Modifier.isStatic(each.getModifiers())) {
                return MethodHandleInfo.REF_invokeStatic;
            }
        }
        return owner.isInterface() ? MethodHandleInfo.REF_invokeInterface : MethodHandleInfo.REF_invokeVirtual;
    }

    /** Of a function without parameters: what is captured is all that the method gets. */
    private static boolean isCalledWith(FunctionDescriptor method, List<Field> fields, ClassLoader loader)
            throws ClassNotFoundException {
        MethodType type = MethodType.fromMethodDescriptorString(method.methodType(), loader);
        List<Class<?>> wanted = new ArrayList<>(type.parameterList());
        if (method.kind() == MethodHandleInfo.REF_invokeVirtual
                || method.kind() == MethodHandleInfo.REF_invokeInterface) {
            wanted.add(0, Class.forName(method.className(), false, loader));
        }
        if (wanted.size() != fields.size()) {
            return false;
        }
        for (int i = 0; i < wanted.size(); ++i) {
            if (!wanted.get(i).isAssignableFrom(fields.get(i).getType())) {
                return false;
            }
        }
        return true;
    }

    /** The constants of a class, by {@code jdk.internal.reflect.ConstantPool}. */
    private static final class Constants {
        private static final String OBJECT = "java/lang/Object";

        private final Object pool;

        Constants(Class<?> type) throws ReflectiveOperationException {
            NativeLibrary.openForConstants(Access.class.getModule());
            Class<?> secrets = Class.forName("jdk.internal.access.SharedSecrets");
            Object access = secrets.getMethod("getJavaLangAccess").invoke(null);
            Class<?> shown = Class.forName("jdk.internal.access.JavaLangAccess");
            pool = shown.getMethod("getConstantPool", Class.class).invoke(access, type);
        }

        /** Class, name and descriptor of each method that is called, but for the constructor's and those that box. */
        List<String[]> methods() throws ReflectiveOperationException {
            Method size = method("getSize");
            Method tag = method("getTagAt", int.class);
            Method member = method("getMemberRefInfoAt", int.class);
            List<String[]> methods = new ArrayList<>();
            int count = (int) size.invoke(pool);
            for (int i = 1; i < count; ++i) {
                if (tag.invoke(pool, i).toString().endsWith("METHODREF")) {
                    String[] found = (String[]) member.invoke(pool, i);
                    boolean isConstructors = found[0].equals(OBJECT) && found[1].equals("<init>");
                    boolean boxes = found[0].startsWith("java/lang/") && found[1].equals("valueOf");
                    if (!isConstructors && !boxes) {
                        methods.add(found);
                    }
                }
            }
            return methods;
        }

        private Method method(String name, Class<?>... parameters) throws NoSuchMethodException {
            return pool.getClass().getMethod(name, parameters);
        }
    }
}
