package io.atoll.internal.arrow;

import io.atoll.StoreException;
import io.atoll.UnserializableException;
import io.atoll.internal.codecs.AllowList;
import io.atoll.internal.memory.Source;
import io.atoll.jni.RawAccess;
import io.atoll.spi.UserThrowables;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.vector.ExtensionTypeVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.types.pojo.ArrowType.ExtensionType;
import org.apache.arrow.vector.types.pojo.ExtensionTypeRegistry;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * The extension types of a schema, handed on by the names of their classes: Arrow takes a column whose type is not
 * registered in a process for one of its storage, so that a worker would see a vector of another class than the driver.
 * They stand beside the schema, in its message, which other readers pass over:
 *
 * <pre>
 *   class of the type | space | name of the type | newline, for each
 * </pre>
 */
final class ArrowExtensions {
    static final String KEY = "atoll:extension-types";

    /** What an object of a type's class that was given nothing says its name is, as a reader asks it; else why it cannot. */
    private static final ClassValue<Object> NAMES = new ClassValue<>() {
        @Override
        protected Object computeValue(Class<?> type) {
            try {
                return empty(type).extensionName();
            } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
                return e;
            }
        }
    };

    private ArrowExtensions() {}

    /**
     * Null when there are none.
     *
     * @throws UnserializableException when a type's class has no name that finds it
     */
    static String classes(Schema schema, Map<Long, Dictionary> dictionaries) {
        Map<String, Class<?>> types = new TreeMap<>();
        collect(schema.getFields(), types);
        dictionaries.values().forEach(each -> collect(List.of(each.getVector().getField()), types));
        if (types.isEmpty()) {
            return null;
        }
        StringBuilder classes = new StringBuilder();
        types.forEach((name, type) ->
                classes.append(type.getName()).append(' ').append(name).append('\n'));
        return classes.toString();
    }

    private static void collect(List<Field> fields, Map<String, Class<?>> to) {
        for (Field field : fields) {
            if (field.getType() instanceof ExtensionType type) {
                if (type.getClass().isHidden() || type.extensionName().indexOf('\n') >= 0) {
                    throw new UnserializableException("column " + field.getName() + " is of the extension type "
                            + type.extensionName() + ", which cannot be handed on: its class, "
                            + type.getClass().getName() + ", has no name that finds it");
                }
                refuseNameOfState(field, type);
                to.put(type.extensionName(), type.getClass());
            }
            collect(field.getChildren(), to);
        }
    }

    /** Readers find the type by its name, which they ask an object without state. */
    private static void refuseNameOfState(Field field, ExtensionType type) {
        Object name = NAMES.get(type.getClass());
        if (!type.extensionName().equals(name)) {
            throw new UnserializableException(
                    "column " + field.getName() + " is of the extension type " + type.extensionName()
                            + ", which cannot be handed on: without its fields, which are not known before, an object of "
                            + type.getClass().getName() + " says "
                            + (name instanceof Throwable e ? UserThrowables.text(e) : "that its name is " + name)
                            + ". Have extensionName give a constant, and serialize what differs",
                    name instanceof Throwable e ? e : null);
        }
    }

    private static ExtensionType empty(Class<?> type) throws InstantiationException {
        return (ExtensionType) RawAccess.unsafe().allocateInstance(type);
    }

    /**
     * Refuses a vector of an extension type whose field says nothing of it, as {@link ExtensionTypeVector#getField} itself
     * does: a vector of the storage would come back.
     */
    static void refuseUnsaid(List<Field> fields, List<FieldVector> vectors) {
        for (int i = 0; i < Math.min(fields.size(), vectors.size()); i++) {
            Field field = fields.get(i);
            FieldVector vector = vectors.get(i);
            if (vector instanceof ExtensionTypeVector && !(field.getType() instanceof ExtensionType)) {
                throw new UnserializableException("column " + field.getName() + " is a "
                        + vector.getClass().getName() + " and said to be of type " + field.getType()
                        + ", as which it would come back: its getField is to give its extension type, or the schema of the"
                        + " VectorSchemaRoot that it is put in");
            }
            refuseUnsaid(field.getChildren(), vector.getChildrenFromFields());
        }
    }

    /** Registers the types that this process does not know. */
    static void register(Source source, Message message) {
        for (int i = 0; i < message.customMetadataLength(); i++) {
            KeyValue pair = message.customMetadata(i);
            if (KEY.equals(pair.key()) && pair.value() != null) {
                pair.value().lines().forEach(line -> register(source, line));
            }
        }
    }

    private static void register(Source source, String line) {
        int space = line.indexOf(' ');
        if (space < 0) {
            throw source.damaged("an extension type is said to be " + line);
        }
        String name = line.substring(space + 1);
        if (ExtensionTypeRegistry.lookup(name) == null) {
            ExtensionType type = make(line.substring(0, space), name);
            if (ExtensionTypeRegistry.lookup(name) == null) { // its class may do it itself
                ExtensionTypeRegistry.register(type);
            }
        }
    }

    /** Arrow asks a registered type for its name, and to make others of its kind: that takes none of its state. */
    private static ExtensionType make(String className, String name) {
        AllowList allowed = AllowList.current();
        if (!allowed.allows(className)) {
            throw new StoreException("a column is of the extension type " + name + ": " + allowed.refusal(className));
        }
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        ClassLoader loader = context != null ? context : ArrowExtensions.class.getClassLoader();
        try {
            Class<?> type = Class.forName(className, false, loader);
            if (ExtensionType.class.isAssignableFrom(type)) {
                Class.forName(className, true, loader);
                ExtensionType made = empty(type);
                if (name.equals(made.extensionName())) {
                    return made;
                }
            }
            throw new StoreException(
                    "a column is of the extension type " + name + ", of which " + className + " is not");
        } catch (ReflectiveOperationException | LinkageError | RuntimeException e) {
            throw e instanceof StoreException known
                    ? known
                    : new StoreException(
                            "a column is of the extension type " + name + ", whose class " + className
                                    + " is not to be had here: " + e,
                            e);
        }
    }
}
