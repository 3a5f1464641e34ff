package io.atoll.internal.fields;

import io.atoll.internal.memory.Unreadable;
import java.lang.reflect.Field;
import java.lang.reflect.RecordComponent;
import org.apache.fory.context.ReadContext;
import org.apache.fory.context.WriteContext;

/**
 * Tells the fields of a class from those that a class of its name has elsewhere: before the first object of the class,
 * once in each graph, stands a hash of their names and types. Without it a number of one field would become that of
 * another, and nobody would notice. One coder's.
 */
public final class FieldsMark {
    private final Class<?> type;
    private final int hash;
    private int graph; // the last one that had it; they are numbered from 1

    public FieldsMark(Class<?> type) {
        this.type = type;
        hash = hash(type);
    }

    private static int hash(Class<?> first) {
        int hash = 0;
        if (first.isRecord()) {
            for (RecordComponent each : first.getRecordComponents()) {
                hash = hash(hash, each.getName(), each.getType());
            }
            return hash;
        }
        for (Class<?> type = first; type != null && type != Throwable.class; type = type.getSuperclass()) {
            for (Field each : RawFields.stored(type)) {
                hash = hash(hash, each.getName(), each.getType());
            }
            hash = 31 * hash + 1; // a field that has moved to a superclass is another one
        }
        return hash;
    }

    private static int hash(int before, String name, Class<?> type) {
        return 31 * (31 * before + name.hashCode()) + type.getName().hashCode();
    }

    /** @param number of the graph */
    public void write(WriteContext context, int number) {
        if (graph != number) {
            graph = number;
            context.writeInt32(hash);
        }
    }

    /** Throws when they are others here. */
    public void read(ReadContext context, int number) {
        if (graph != number) {
            graph = number;
            if (context.readInt32() != hash) {
                throw new Unreadable(type.getName() + " has other fields here than where it was written");
            }
        }
    }
}
