package io.atoll.internal.arrow;

import io.atoll.StoreException;
import io.atoll.internal.memory.Source;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.arrow.flatbuf.Endianness;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.Timestamp;
import org.apache.arrow.flatbuf.Type;
import org.apache.arrow.flatbuf.Union;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.arrow.vector.util.DictionaryUtility;

/**
 * A schema as it is in memory, where an encoded column has the type of its indices, and as it is in a message, where it
 * has the type of what it stands for.
 */
public final class ArrowSchemas {
    /** A field has a place in its parent's list, a table with its own, a type, and a list of children. */
    private static final int FIELD_BYTES = 16;

    private static final int PAIR_BYTES = 8;

    private static final String CONFLICT_POLICY = "arrow.struct.conflict.policy";
    private static final boolean KEEPS_CHILDREN_OF_ONE_NAME =
            "CONFLICT_APPEND".equals(System.getProperty(CONFLICT_POLICY));

    private ArrowSchemas() {}

    /** The first encoded field, at any depth; null when there is none. */
    public static Field firstEncoded(List<Field> fields) {
        for (Field field : fields) {
            Field found = field.getDictionary() != null ? field : firstEncoded(field.getChildren());
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    /** Every dictionary that the fields use, those used inside dictionaries too. */
    public static void collectDictionaries(List<Field> fields, DictionaryProvider provider, Map<Long, Dictionary> to) {
        for (Field field : fields) {
            if (field.getDictionary() != null
                    && !to.containsKey(field.getDictionary().getId())) {
                long id = field.getDictionary().getId();
                Dictionary dictionary = provider.lookup(id);
                if (dictionary == null) {
                    throw new IllegalArgumentException(
                            "column " + field.getName() + " is encoded with dictionary " + id + ", which is not given");
                }
                to.put(id, dictionary);
                collectDictionaries(dictionary.getVector().getField().getChildren(), provider, to);
            }
            collectDictionaries(field.getChildren(), provider, to);
        }
    }

    static Schema toMessage(Schema schema, Map<Long, Dictionary> dictionaries) {
        DictionaryProvider.MapDictionaryProvider provider = new DictionaryProvider.MapDictionaryProvider();
        dictionaries.values().forEach(provider::put);
        List<Field> fields = new ArrayList<>();
        for (Field field : schema.getFields()) {
            fields.add(DictionaryUtility.toMessageFormat(field, provider, new HashSet<>()));
        }
        return new Schema(fields, schema.getCustomMetadata());
    }

    /** Makes empty dictionaries for the encoded fields. */
    public static Schema toMemory(Schema schema, BufferAllocator allocator, Map<Long, Dictionary> dictionaries) {
        List<Field> fields = new ArrayList<>();
        for (Field field : schema.getFields()) {
            fields.add(DictionaryUtility.toMemoryFormat(field, allocator, dictionaries));
        }
        return new Schema(fields, schema.getCustomMetadata());
    }

    /** What of a stream, by its schema, Arrow Java would read wrongly without a word; null when there is nothing. */
    public static String unreadable(Message message) {
        return unreadable(schema(message));
    }

    /** The same of the schema of a file. */
    public static String unreadable(org.apache.arrow.flatbuf.Schema schema) {
        boolean isBig = schema.endianness() == Endianness.Big;
        if (isBig != (ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN)) {
            return "is Arrow data in " + (isBig ? "big" : "little")
                    + "-endian byte order, which this machine does not read: have its writer write the other one";
        }
        long left = schema.getByteBuffer().capacity() / FIELD_BYTES;
        ArrayDeque<org.apache.arrow.flatbuf.Field> fields = new ArrayDeque<>();
        for (int i = 0; i < schema.fieldsLength() && left >= 0; i++, left--) {
            fields.push(schema.fields(i));
        }
        while (!fields.isEmpty()) {
            org.apache.arrow.flatbuf.Field field = fields.pop();
            left -= field.childrenLength();
            if (left < 0) {
                return "has a schema of more fields than its bytes account for";
            }
            Set<String> names = new HashSet<>();
            for (int i = 0; i < field.childrenLength(); i++) {
                String name = field.children(i).name();
                if (field.typeType() == Type.Struct_ && !names.add(name) && !KEEPS_CHILDREN_OF_ONE_NAME) {
                    return "has a column " + field.name() + " with two children named \"" + name
                            + "\", which Arrow Java takes for one: start this process with -D" + CONFLICT_POLICY
                            + "=CONFLICT_APPEND";
                }
                fields.push(field.children(i));
            }
        }
        return null;
    }

    private static org.apache.arrow.flatbuf.Schema schema(Message message) {
        return (org.apache.arrow.flatbuf.Schema) message.header(new org.apache.arrow.flatbuf.Schema());
    }

    /**
     * Throws when a schema in a message would be read wrongly, or is larger than its bytes account for: its parts are
     * found by offsets, which may lead to the same field again and again, and back. Then makes its extension types known.
     */
    public static void check(Source source, Message message) {
        checkSize(source, message);
        String unreadable = unreadable(message);
        if (unreadable != null) {
            throw new StoreException("the stored value of " + source.size() + " bytes " + unreadable);
        }
        ArrowExtensions.register(source, message);
    }

    private static void checkSize(Source source, Message message) {
        org.apache.arrow.flatbuf.Schema schema = schema(message);
        long left = 64L + message.getByteBuffer().capacity();
        for (int i = 0; i < schema.customMetadataLength() && left >= 0; i++) {
            left -= bytes(schema.customMetadata(i));
        }
        ArrayDeque<org.apache.arrow.flatbuf.Field> fields = new ArrayDeque<>();
        for (int i = 0; i < schema.fieldsLength() && left >= 0; i++) {
            left -= FIELD_BYTES;
            fields.push(schema.fields(i));
        }
        while (!fields.isEmpty() && left >= 0) {
            org.apache.arrow.flatbuf.Field field = fields.pop();
            left -= bytes(field.nameAsByteBuffer()) + typeBytes(field);
            for (int i = 0; i < field.customMetadataLength() && left >= 0; i++) {
                left -= bytes(field.customMetadata(i));
            }
            for (int i = 0; i < field.childrenLength() && left >= 0; i++) {
                left -= FIELD_BYTES;
                fields.push(field.children(i));
            }
        }
        if (left < 0) {
            throw source.damaged("its schema is larger than its bytes account for");
        }
    }

    /** Of what is as long as it says. */
    private static long typeBytes(org.apache.arrow.flatbuf.Field field) {
        if (field.typeType() == Type.Union) {
            Union union = (Union) field.type(new Union());
            return union.typeIdsLength() < 0 ? Long.MAX_VALUE / 2 : (long) Integer.BYTES * union.typeIdsLength();
        } else if (field.typeType() == Type.Timestamp) {
            return bytes(((Timestamp) field.type(new Timestamp())).timezoneAsByteBuffer());
        }
        return 0;
    }

    private static long bytes(KeyValue pair) {
        return PAIR_BYTES + bytes(pair.keyAsByteBuffer()) + bytes(pair.valueAsByteBuffer());
    }

    private static long bytes(ByteBuffer text) {
        return text == null ? 0 : text.remaining();
    }
}
