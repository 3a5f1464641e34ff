package io.atoll.objects;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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
final class ArrowSchemas {
    private ArrowSchemas() {}

    /** The first encoded field, at any depth; null when there is none. */
    static Field firstEncoded(List<Field> fields) {
        for (Field field : fields) {
            Field found = field.getDictionary() != null ? field : firstEncoded(field.getChildren());
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    /** Every dictionary that the fields use, those used inside dictionaries too. */
    static void collectDictionaries(List<Field> fields, DictionaryProvider provider, Map<Long, Dictionary> to) {
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
    static Schema toMemory(Schema schema, BufferAllocator allocator, Map<Long, Dictionary> dictionaries) {
        List<Field> fields = new ArrayList<>();
        for (Field field : schema.getFields()) {
            fields.add(DictionaryUtility.toMemoryFormat(field, allocator, dictionaries));
        }
        return new Schema(fields, schema.getCustomMetadata());
    }
}
