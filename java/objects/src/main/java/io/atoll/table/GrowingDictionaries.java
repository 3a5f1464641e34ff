package io.atoll.table;

import io.atoll.internal.arrow.ArrowSchemas;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.types.pojo.Schema;

/** The longest form of each dictionary of a reader, whose earlier indices keep their meaning. */
final class GrowingDictionaries {
    private final Map<Long, Dictionary> shared = new HashMap<>();

    /** Takes what a reader has now: to be called when it has loaded a batch. */
    void update(Schema schema, DictionaryProvider reader) throws IOException {
        Map<Long, Dictionary> now = new HashMap<>();
        ArrowSchemas.collectDictionaries(schema.getFields(), reader, now);
        for (Map.Entry<Long, Dictionary> each : now.entrySet()) {
            update(each.getKey(), each.getValue());
        }
    }

    private void update(long id, Dictionary dictionary) throws IOException {
        FieldVector next = dictionary.getVector();
        Dictionary before = shared.get(id);
        if (before != null) {
            FieldVector last = before.getVector();
            int both = Math.min(last.getValueCount(), next.getValueCount());
            if (!StreamReaders.beginAlike(last, next, both)) {
                throw new IllegalArgumentException("dictionary " + id + " of " + last.getValueCount()
                        + " values is replaced by another of " + next.getValueCount()
                        + " between two batches: put the batches before and after as tables of their own");
            }
            if (both == next.getValueCount()) {
                return;
            }
            last.close();
        }
        shared.put(id, new Dictionary(StreamReaders.share(next), dictionary.getEncoding()));
    }

    /** By id; the caller closes them. */
    Map<Long, Dictionary> shared() {
        return shared;
    }

    void close() {
        shared.values().forEach(dictionary -> dictionary.getVector().close());
    }
}
