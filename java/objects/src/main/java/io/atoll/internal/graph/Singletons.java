package io.atoll.internal.graph;

import io.atoll.internal.fields.Refusal;
import io.atoll.jni.NativeLibrary;
import java.lang.annotation.Annotation;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.Map;
import org.apache.fory.config.Config;
import org.apache.fory.context.ReadContext;
import org.apache.fory.context.WriteContext;
import org.apache.fory.serializer.Serializer;

/** The objects of Kotlin and Scala of which there is one in each process: the one of the reader stands for it. */
final class Singletons<T> extends Serializer<T> {
    private static final ClassValue<Object> ONE = new ClassValue<>() {
        @Override
        protected Object computeValue(Class<?> type) {
            Object one = one(type, type, "MODULE$");
            if (one == null && isOfKotlin(type)) {
                one = isMadeByItselfAlone(type) ? one(type, type, "INSTANCE") : null;
                Class<?> outer = type.getEnclosingClass();
                one = one == null && outer != null ? one(type, outer, type.getSimpleName()) : one; // a companion
            }
            return one;
        }
    };

    Singletons(Config config, Class<T> type) {
        super(config, type);
    }

    /** Whether objects of a class are. Collections are Fory's, or say so themselves. */
    static boolean isOne(Class<?> type) {
        return type.getClassLoader() != null
                && !Collection.class.isAssignableFrom(type)
                && !Map.class.isAssignableFrom(type)
                && ONE.get(type) != null;
    }

    @Override
    public void write(WriteContext context, T value) {
        if (value != ONE.get(getType())) {
            throw new Refusal.Refused(getType(), "it is not the one object that its class is to have", value);
        }
    }

    @Override
    public T read(ReadContext context) {
        return getType().cast(ONE.get(getType()));
    }

    private static boolean isOfKotlin(Class<?> type) {
        for (Annotation each : type.getDeclaredAnnotations()) {
            if (each.annotationType().getName().equals("kotlin.Metadata")) {
                return true;
            }
        }
        return false;
    }

    /** Not so of an ordinary class with a field of that name, of which there may be any number of objects. */
    private static boolean isMadeByItselfAlone(Class<?> type) {
        for (Constructor<?> each : type.getDeclaredConstructors()) {
            if (!each.isSynthetic() && (!Modifier.isPrivate(each.getModifiers()) || each.getParameterCount() > 0)) {
                return false;
            }
        }
        return true;
    }

    private static Object one(Class<?> type, Class<?> holder, String name) {
        try {
            Field field = holder.getDeclaredField(name);
            if (field.getType() != type
                    || !Modifier.isStatic(field.getModifiers())
                    || !Modifier.isFinal(field.getModifiers())) {
                return null;
            }
            NativeLibrary.open(holder, Singletons.class.getModule());
            field.setAccessible(true);
            return field.get(null);
        } catch (ReflectiveOperationException | RuntimeException e) {
            return null; // an ordinary class
        }
    }
}
