package io.atoll.internal.graph;

import io.atoll.internal.fields.FieldsMark;
import io.atoll.internal.fields.RawFields;
import io.atoll.spi.UserThrowables;
import java.io.Externalizable;
import java.util.List;
import org.apache.fory.config.Config;
import org.apache.fory.context.ReadContext;
import org.apache.fory.context.WriteContext;
import org.apache.fory.serializer.Serializer;

/**
 * Throwables, whole: Fory drops their stack traces. Field by field, so that identity is kept, cycles too, and fields
 * need not be Serializable.
 */
final class ThrowableSerializer<T extends Throwable> extends Serializer<T> {
    private static final List<String> HOOKS = List.of("writeObject", "readObject", "writeReplace", "readResolve");
    private static final long MESSAGE = RawFields.offset(Throwable.class, "detailMessage");
    private static final long CAUSE = RawFields.offset(Throwable.class, "cause");
    private static final long TRACE = RawFields.offset(Throwable.class, "stackTrace");
    private static final long SUPPRESSED = RawFields.offset(Throwable.class, "suppressedExceptions");
    /** What the JDK has in that field as long as there is none. */
    private static final Object NONE_SUPPRESSED = RawFields.get(new Throwable(), SUPPRESSED);

    private final GraphLinks links;
    private final FieldsMark mark;
    private final RawFields.Slots slots;

    ThrowableSerializer(Config config, Class<T> type, GraphLinks links) {
        super(config, type);
        this.links = links;
        mark = links.mark(type);
        slots = new RawFields.Slots(type, Throwable.class);
    }

    /** Whether a class has a say in how it is serialized. */
    static boolean hasHooks(Class<?> first) {
        for (Class<?> type = first; type != Throwable.class; type = type.getSuperclass()) {
            for (java.lang.reflect.Method each : type.getDeclaredMethods()) {
                if (HOOKS.contains(each.getName())) {
                    return true;
                }
            }
        }
        return Externalizable.class.isAssignableFrom(first);
    }

    @Override
    public void write(WriteContext context, T error) {
        NullMessages.keep(error);
        mark.write(context, links.graph());
        context.writeRef(RawFields.get(error, MESSAGE));
        context.writeRef(RawFields.get(error, CAUSE)); // itself as long as it has not been set
        context.writeRef(UserThrowables.trace(error));
        boolean suppresses = RawFields.get(error, SUPPRESSED) != null;
        context.writeBoolean(suppresses);
        if (suppresses) {
            context.writeRef(error.getSuppressed());
        }
        slots.write(context, error);
    }

    @Override
    public T read(ReadContext context) {
        mark.read(context, links.graph());
        T error = RawFields.allocate(getType());
        context.reference(error);
        RawFields.put(error, MESSAGE, (String) context.readRef());
        RawFields.put(error, CAUSE, (Throwable) context.readRef());
        RawFields.put(error, TRACE, (StackTraceElement[]) context.readRef());
        if (context.readBoolean()) {
            RawFields.put(error, SUPPRESSED, NONE_SUPPRESSED);
            for (Throwable each : (Throwable[]) context.readRef()) {
                error.addSuppressed(each);
            }
        }
        slots.read(context, error);
        return error;
    }
}
