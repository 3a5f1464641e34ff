package io.atoll.table;

import io.atoll.internal.arrow.ArrowCheck;
import io.atoll.internal.arrow.ArrowMessage;
import io.atoll.internal.arrow.ArrowSchemas;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.arrow.vector.util.TransferPair;

/** The dictionaries of a stream that is being written: what of a reader's is not in it yet. */
final class WrittenDictionaries implements AutoCloseable {
    private final Map<Long, Dictionary> last = new HashMap<>();
    private final Set<Long> replaced = new HashSet<>(); // behind which readers move indices
    private final Map<Long, Long> values = new HashMap<>(); // of all that was written, as a reader joins them
    private final List<FieldVector> slices = new ArrayList<>(); // of the messages of the last call

    /**
     * What is to be written before the batch that the reader has just loaded. Its bytes stay where they are until the
     * next call.
     *
     * @throws IOException when what was loaded makes no sense
     * @throws IllegalArgumentException when a dictionary was replaced so often that the indices cannot tell its values
     *     apart: one table has one dictionary for all its batches
     */
    List<ArrowMessage> update(Schema schema, DictionaryProvider reader) throws IOException {
        closeSlices();
        Map<Long, Dictionary> now = new HashMap<>();
        ArrowSchemas.collectDictionaries(schema.getFields(), reader, now);
        List<ArrowMessage> messages = new ArrayList<>();
        for (Map.Entry<Long, Dictionary> each : now.entrySet()) {
            update(each.getKey(), each.getValue(), messages);
        }
        for (Dictionary each : now.values()) {
            check(each.getVector().getChildrenFromFields());
        }
        return messages;
    }

    /** Refuses columns whose indices no reader would take. */
    void check(List<FieldVector> columns) throws IOException {
        StreamReaders.asked(() -> {
            ArrowCheck.checkWrittenIndices(columns, last, replaced);
            return columns;
        });
    }

    private void update(long id, Dictionary dictionary, List<ArrowMessage> messages) throws IOException {
        FieldVector next = dictionary.getVector();
        Dictionary before = last.get(id);
        int known = before == null ? 0 : before.getVector().getValueCount();
        int begin = 0;
        if (before != null && beginsWith(next, before.getVector())) {
            if (next.getValueCount() == known) {
                return;
            }
            begin = isSliced(next) ? known : 0;
        }
        long all = values.merge(id, (long) next.getValueCount() - begin, Long::sum);
        checkIndices(id, dictionary, all);
        if (begin == 0) {
            messages.add(StreamReaders.asked(() -> ArrowMessage.dictionary(id, next, false)));
        } else {
            messages.add(StreamReaders.asked(() -> {
                TransferPair tail = next.getTransferPair(next.getField(), next.getAllocator());
                tail.splitAndTransfer(known, next.getValueCount() - known);
                slices.add((FieldVector) tail.getTo());
                return ArrowMessage.dictionary(id, (FieldVector) tail.getTo(), true);
            }));
        }
        if (before != null) {
            before.getVector().close();
            if (begin == 0) {
                replaced.add(id);
            }
        }
        last.put(id, new Dictionary(StreamReaders.share(next), dictionary.getEncoding()));
    }

    private static boolean beginsWith(FieldVector vector, FieldVector head) throws IOException {
        int rows = head.getValueCount();
        return vector.getValueCount() >= rows && StreamReaders.beginAlike(head, vector, rows);
    }

    /** Whether Arrow cuts vectors of this kind soundly at any row. */
    private static boolean isSliced(FieldVector vector) {
        return vector instanceof BaseFixedWidthVector || vector instanceof BaseVariableWidthVector;
    }

    private static void checkIndices(long id, Dictionary dictionary, long values) {
        ArrowType.Int type = dictionary.getEncoding().getIndexType();
        int bits = type.getBitWidth() - (type.getIsSigned() ? 1 : 0);
        long greatest = Math.max(0, values - 1); // of none there is none
        if (greatest >>> Math.min(bits, 31) > 0) {
            throw new IllegalArgumentException("dictionary " + id + " is replaced between batches, which makes "
                    + values + " values, too many for indices of " + type.getBitWidth()
                    + " bits: put the batches before and after as tables of their own, or take wider indices");
        }
    }

    /** As they are now, by id. */
    Map<Long, Dictionary> last() {
        return last;
    }

    private void closeSlices() {
        slices.forEach(FieldVector::close);
        slices.clear();
    }

    @Override
    public void close() {
        closeSlices();
        last.values().forEach(dictionary -> dictionary.getVector().close());
    }
}
