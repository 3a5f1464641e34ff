package io.atoll.internal.hooks;

import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamField;
import java.io.Serializable;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import sun.reflect.ReflectionFactory;

/**
 * One class of an object's hierarchy as Java's serialization sees it: its fields, and what it says of them itself. Any
 * thread.
 */
public final class StreamLayer {
    private static final ReflectionFactory HOOKS = ReflectionFactory.getReflectionFactory();

    private static final ClassValue<StreamLayer> LAYERS = new ClassValue<>() {
        @Override
        protected StreamLayer computeValue(Class<?> type) {
            return new StreamLayer(type);
        }
    };

    private final Class<?> type;
    private final StreamFields fields;
    private final MethodHandle writeObject; // null, as the others, when there is none
    private final MethodHandle readObject;
    private final Method readObjectNoData;
    private final boolean choosesFields;

    private StreamLayer(Class<?> type) {
        this.type = type;
        fields = new StreamFields(type);
        writeObject = typed(HOOKS.writeObjectForSerialization(type), ObjectOutputStream.class);
        readObject = typed(HOOKS.readObjectForSerialization(type), ObjectInputStream.class);
        readObjectNoData = noData(type);
        choosesFields = choosesFields(type);
    }

    /** Whether a class says which fields are stored, by {@code serialPersistentFields}. */
    private static boolean choosesFields(Class<?> type) {
        try {
            Field chosen = type.getDeclaredField("serialPersistentFields");
            int modifiers = Modifier.PRIVATE | Modifier.STATIC | Modifier.FINAL;
            return chosen.getType() == ObjectStreamField[].class && (chosen.getModifiers() & modifiers) == modifiers;
        } catch (NoSuchFieldException e) {
            return false;
        }
    }

    private static MethodHandle typed(MethodHandle hook, Class<?> stream) {
        return hook == null ? null : hook.asType(MethodType.methodType(void.class, Object.class, stream));
    }

    /** Not by the JDK's factory, which in JDK 17 looks for one with a parameter. */
    private static Method noData(Class<?> type) {
        try {
            Method hook = type.getDeclaredMethod("readObjectNoData");
            boolean is = Modifier.isPrivate(hook.getModifiers())
                    && !Modifier.isStatic(hook.getModifiers())
                    && hook.getReturnType() == void.class;
            return is && hook.trySetAccessible() ? hook : null;
        } catch (NoSuchMethodException e) {
            return null;
        }
    }

    /** Those of a Serializable class, from the topmost one that is Serializable on. */
    public static List<StreamLayer> of(Class<?> type) {
        List<StreamLayer> layers = new ArrayList<>();
        for (Class<?> each = type;
                each != null && Serializable.class.isAssignableFrom(each);
                each = each.getSuperclass()) {
            layers.add(LAYERS.get(each));
        }
        Collections.reverse(layers);
        return layers;
    }

    /** Whether a class, or one above it, has a say in what of it is stored. */
    public static boolean anyHook(Class<?> type) {
        return Serializable.class.isAssignableFrom(type)
                && of(type).stream()
                        .anyMatch(each -> each.writeObject != null || each.readObject != null || each.choosesFields);
    }

    public Class<?> type() {
        return type;
    }

    public StreamFields fields() {
        return fields;
    }

    void write(Object object, HookOutput out) throws Throwable {
        if (writeObject == null) {
            out.defaultWriteObject();
        } else {
            writeObject.invokeExact(object, (ObjectOutputStream) out);
        }
    }

    void read(Object object, HookInput in) throws Throwable {
        if (readObject == null) {
            in.defaultReadObject();
        } else {
            readObject.invokeExact(object, (ObjectInputStream) in);
        }
    }

    /** Of an object that was written when its class was not derived from this one. */
    public void readNothing(Object object) throws Throwable {
        if (readObjectNoData != null) {
            try {
                readObjectNoData.invoke(object);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }
    }
}
