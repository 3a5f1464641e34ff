package io.atoll.internal.graph;

import io.atoll.internal.fields.FieldsMark;
import io.atoll.internal.fields.RawFields;
import io.atoll.internal.fields.Refusal;
import io.atoll.internal.hooks.StreamFields;
import io.atoll.internal.log.Log;
import io.atoll.spi.UserThrowables;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.fory.Fory;
import org.apache.fory.builder.ObjectCodecBuilder;
import org.apache.fory.codegen.CodeGenerator;
import org.apache.fory.codegen.CompileUnit;
import org.apache.fory.codegen.Expression;
import org.apache.fory.context.ReadContext;
import org.apache.fory.context.WriteContext;
import org.apache.fory.reflect.ObjectInstantiator;
import org.apache.fory.reflect.TypeRef;
import org.apache.fory.resolver.SharedRegistry;
import org.apache.fory.resolver.TypeResolver;
import org.apache.fory.serializer.CodegenSerializer;
import org.apache.fory.serializer.ExceptionSerializers;
import org.apache.fory.serializer.ObjectSerializer;
import org.apache.fory.serializer.Serializer;
import org.apache.fory.type.Descriptor;
import org.apache.fory.type.TypeUtils;
import org.apache.fory.util.ClassLoaderUtils;
import org.slf4j.Logger;

/**
 * Objects whose class has no say in how they are stored: their fields, and nothing of the class is run but, as in Java's own
 * serialization, the constructor of a record. Code is generated for each class, as Fory does it; but Fory's own, where a
 * class is public, calls its constructor, getters and setters, and names the types of its fields, which need not be public;
 * and it asks a record's accessors, so that records have a serializer of ours. Where code cannot be made, Fory's interpreter writes and
 * reads the same form. One coder's.
 */
final class PlainObjects {
    private static final Logger LOG = Log.of(PlainObjects.class);
    private static final long REGISTRY = RawFields.offset(TypeResolver.class, "sharedRegistry");
    private static final long INSTANTIATORS = RawFields.offset(SharedRegistry.class, "objectInstantiatorCache");

    private static final long DECLARED = RawFields.offset(Descriptor.class, "typeRef");

    /** Of the code that was made for a class: it is made once, and goes with the class. */
    private static final ClassValue<AtomicReference<Made>> MADE = new ClassValue<>() {
        @Override
        protected AtomicReference<Made> computeValue(Class<?> type) {
            return new AtomicReference<>();
        }
    };

    /** @param fields that its serializers ask before they set them */
    private record Made(Constructor<?> constructor, CheckedField[] fields) {
        Serializer<?> make(TypeResolver resolver, Class<?> type) throws ReflectiveOperationException {
            Object serializer = constructor.newInstance(resolver, type);
            RawFields.put(serializer, RawFields.offset(serializer.getClass(), FieldCodec.CHECKS), fields);
            return (Serializer<?>) serializer;
        }
    }

    private final Fory fory;
    private final GraphLinks links;
    private final Map<Class<?>, Serializer<?>> underWay = new HashMap<>();

    PlainObjects(Fory fory, GraphLinks links) {
        this.fory = fory;
        this.links = links;
    }

    /** Has objects of a class made without a constructor wherever Fory makes them; records by theirs. */
    @SuppressWarnings("unchecked")
    void allocate(TypeResolver resolver, Class<?> type) {
        Object registry = RawFields.get(resolver, REGISTRY);
        ((Map<Class<?>, ObjectInstantiator<?>>) RawFields.get(registry, INSTANTIATORS))
                .put(type, type.isRecord() ? new Records<>(type) : new Allocation<>(type));
    }

    /** Of a class that is no array, enum, lambda or proxy. */
    Serializer<?> serializer(TypeResolver resolver, Class<?> type) {
        Serializer<?> known = underWay.get(type);
        if (known != null) {
            return known; // for a field of its own kind, or of one that has such a field
        }
        Marked<?> marked = new Marked<>(resolver, type, links);
        Serializer<?> whole = Containers.as(resolver, type, marked);
        underWay.put(type, whole);
        set(resolver, type, whole); // else those of Fory make themselves known, and would be asked without it
        try {
            marked.fields = fields(resolver, type, whole);
            set(resolver, type, whole);
        } finally {
            if (marked.fields == null) {
                resolver.resetSerializer(type, null);
            }
            underWay.remove(type);
        }
        return whole;
    }

    @SuppressWarnings({"rawtypes", "unchecked"})
    private static void set(TypeResolver resolver, Class type, Serializer serializer) {
        resolver.resetSerializer(type, null);
        resolver.setSerializer(type, serializer);
    }

    /**
     * Has a field be what it is when the program runs. Fory believes what its declaration says of elements, keys and
     * values, writes no class of those that are final, and reads others that are in it by the wrong offsets; nobody has
     * checked what is in a {@code List<Point>}.
     */
    static void erase(TypeResolver resolver, Class<?> type) {
        for (Descriptor each : resolver.getFieldDescriptors(type, true)) {
            Field field = each.getField();
            if (field != null && !(field.getGenericType() instanceof Class)) {
                RawFields.put(each, DECLARED, TypeRef.of(field.getType()));
            }
        }
    }

    private Serializer<?> fields(TypeResolver resolver, Class<?> type, Serializer<?> whole) {
        erase(resolver, type);
        if (!CodegenSerializer.supportCodegenForJavaSerialization(type)) {
            return CheckedField.in(new ObjectSerializer<>(resolver, type));
        }
        try {
            if (type.isRecord()) {
                return new OfRecord<>(resolver, type);
            }
            AtomicReference<Made> known = MADE.get(type);
            if (known.get() == null) {
                known.set(generate(type));
            }
            return known.get().make(resolver, type);
        } catch (Refusal.Refused e) {
            throw e; // a field's type is
        } catch (InvocationTargetException e) {
            set(resolver, type, whole); // it may have made itself known
            if (e.getCause() instanceof Refusal.Refused refused) {
                throw refused;
            }
            return interpreted(resolver, type, e.getCause());
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            return interpreted(resolver, type, e);
        } finally {
            if (!Shelf.isOurs(type.getClassLoader())) {
                Descriptor.clearDescriptorCache(); // Fory's, which would keep the loader as long as memory is ample
            }
        }
    }

    private static Serializer<?> interpreted(TypeResolver resolver, Class<?> type, Throwable why) {
        LOG.debug("{} is stored by an interpreter: no code could be made for its fields", type.getName(), why);
        return CheckedField.in(new ObjectSerializer<>(resolver, type));
    }

    private Made generate(Class<?> type) throws ReflectiveOperationException {
        FieldCodec codec = new FieldCodec(type, fory);
        CompileUnit unit = new CompileUnit(CodeGenerator.getPackage(type), codec.codecClassName(type), codec::genCode);
        ClassLoader generated = new CodeGenerator(parent(type)).compile(unit);
        return new Made(
                generated
                        .loadClass(codec.codecQualifiedClassName(type))
                        .getConstructor(TypeResolver.class, Class.class),
                codec.checked.toArray(new CheckedField[0]));
    }

    /** Generated code sees Fory's classes and those of the type's loader. */
    private static ClassLoader parent(Class<?> type) {
        ClassLoader loader = type.getClassLoader() == null ? Fory.class.getClassLoader() : type.getClassLoader();
        try {
            if (loader.loadClass(Fory.class.getName()) == Fory.class) {
                return loader;
            }
        } catch (ClassNotFoundException e) {
            // as of a loader of its own
        }
        return new ClassLoaderUtils.ComposedClassLoader(
                new ClassLoader[] {ClassLoaderUtils.ForyJarClassLoader.getInstance(), loader});
    }

    /** Treats every class as if it were private. */
    private static final class FieldCodec extends ObjectCodecBuilder {
        static final String CHECKS = "checkedFields";

        private final List<CheckedField> checked = new ArrayList<>();

        FieldCodec(Class<?> type, Fory fory) {
            super(type, fory);
            ctx.addField(UnaryOperator[].class, CHECKS);
        }

        /** Has a field take objects of its type alone. */
        @Override
        protected Expression deserializeField(
                Expression buffer, Descriptor field, Function<Expression, Expression> then) {
            if (field.getField() == null || field.getField().getType().isPrimitive()) {
                return super.deserializeField(buffer, field, then);
            }
            CheckedField check = new CheckedField(field.getField());
            checked.add(check);
            Expression checks = new Expression.Reference(CHECKS, TypeRef.of(UnaryOperator[].class), false, true);
            Expression own = new Expression.ArrayValue(
                    TypeRef.of(UnaryOperator.class), checks, Expression.Literal.ofInt(checked.size() - 1));
            return super.deserializeField(
                    buffer,
                    field,
                    value -> then.apply(new Expression.Invoke(own, "apply", TypeUtils.OBJECT_TYPE, value)));
        }

        @Override
        protected boolean sourcePublicAccessible(Class<?> type) {
            return type != beanClass && super.sourcePublicAccessible(type);
        }

        @Override
        protected String codecSuffix() {
            return "Fields";
        }

        /** Fory thinks of one serializer for all throwables. */
        @Override
        @SuppressWarnings("unchecked")
        protected <T> T typeResolver(Function<TypeResolver, T> question) {
            T answer = super.typeResolver(question);
            return answer == ExceptionSerializers.ExceptionSerializer.class ? (T) Serializer.class : answer;
        }
    }

    /** Makes objects as Java's deserialization does, and without the constructors of superclasses, whose fields are stored. */
    private static final class Allocation<T> extends ObjectInstantiator<T> {
        Allocation(Class<T> type) {
            super(type);
        }

        @Override
        public T newInstance() {
            return RawFields.allocate(type);
        }

        @Override
        public T newInstanceWithArguments(Object... arguments) {
            throw new UnsupportedOperationException(type.getName() + " is no record");
        }
    }

    /** Makes records by their canonical constructor, whose last parameter may be of variable arity. */
    private static final class Records<T> extends ObjectInstantiator<T> {
        private final MethodHandle constructor; // (Object[])Object

        Records(Class<T> type) {
            super(type);
            Class<?>[] components = Stream.of(type.getRecordComponents())
                    .map(RecordComponent::getType)
                    .toArray(Class<?>[]::new);
            try {
                constructor = RawFields.constructor(type, components)
                        .asFixedArity()
                        .asType(MethodType.genericMethodType(components.length))
                        .asSpreader(Object[].class, components.length);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("the constructor of " + type + " cannot be called", e);
            }
        }

        @Override
        public T newInstance() {
            throw new UnsupportedOperationException(type.getName() + " is a record");
        }

        @Override
        public T newInstanceWithArguments(Object... arguments) {
            try {
                return type.cast((Object) constructor.invokeExact(arguments));
            } catch (Throwable e) {
                throw new IllegalStateException(
                        "the constructor of " + type.getName() + " threw " + UserThrowables.text(e), e);
            }
        }
    }

    /** Records, by their fields: code that Fory makes asks their accessors, which may say something else. */
    private static final class OfRecord<T> extends Serializer<T> {
        private static final int HEAD_BYTES = 16;
        private static final int FIELD_BYTES = 8;

        private final Class<?>[] types;
        private final long[] offsets;
        private final Records<T> records;

        OfRecord(TypeResolver resolver, Class<T> type) throws NoSuchFieldException {
            super(resolver.getConfig(), type);
            RecordComponent[] components = type.getRecordComponents();
            types = new Class<?>[components.length];
            offsets = new long[components.length];
            for (int i = 0; i < components.length; i++) {
                types[i] = components[i].getType();
                offsets[i] = RawFields.offset(type.getDeclaredField(components[i].getName()));
            }
            records = new Records<>(type);
        }

        @Override
        public void write(WriteContext context, T record) {
            for (int i = 0; i < types.length; i++) {
                if (types[i].isPrimitive()) {
                    long bits = RawFields.getBits(record, offsets[i], types[i]);
                    StreamFields.writeBits(context.getBuffer(), types[i], bits);
                } else {
                    context.writeRef(RawFields.get(record, offsets[i]));
                }
            }
        }

        @Override
        public T read(ReadContext context) {
            context.reserveGraphMemory(HEAD_BYTES + (long) FIELD_BYTES * types.length);
            Object[] components = new Object[types.length];
            for (int i = 0; i < types.length; i++) {
                components[i] = types[i].isPrimitive()
                        ? boxed(types[i], StreamFields.readBits(context.getBuffer(), types[i]))
                        : types[i].cast(context.readRef());
            }
            return records.newInstanceWithArguments(components);
        }

        private static Object boxed(Class<?> type, long bits) {
            if (type == boolean.class) {
                return bits != 0;
            } else if (type == byte.class) {
                return (byte) bits;
            } else if (type == short.class) {
                return (short) bits;
            } else if (type == char.class) {
                return (char) bits;
            } else if (type == int.class) {
                return (int) bits;
            } else if (type == long.class) {
                return bits;
            }
            return type == float.class
                    ? (Object) Float.intBitsToFloat((int) bits)
                    : (Object) Double.longBitsToDouble(bits);
        }
    }

    /** By another one, after what the fields are. It is there while the other is being made. */
    private static final class Marked<T> extends Serializer<T> {
        private final GraphLinks links;
        private final FieldsMark mark;
        private Serializer<?> fields;

        Marked(TypeResolver resolver, Class<T> type, GraphLinks links) {
            super(resolver.getConfig(), type);
            this.links = links;
            mark = links.mark(type);
        }

        @Override
        @SuppressWarnings("unchecked")
        public void write(WriteContext context, T value) {
            mark.write(context, links.graph());
            ((Serializer<T>) fields).write(context, value);
        }

        @Override
        @SuppressWarnings("unchecked")
        public T read(ReadContext context) {
            mark.read(context, links.graph());
            return ((Serializer<T>) fields).read(context);
        }
    }
}
