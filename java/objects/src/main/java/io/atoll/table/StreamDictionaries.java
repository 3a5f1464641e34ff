package io.atoll.table;

import io.atoll.StoreException;
import io.atoll.internal.memory.Source;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.util.VectorBatchAppender;

/**
 * The dictionaries of a stream that is being read. Each comes in one piece as a rule, and is a view. What another writer
 * has extended (a delta) or replaced between two batches comes in several: those are joined when all are there, in memory
 * of our own, so that a table has one dictionary for all its batches. The indices of batches behind a replacement are
 * moved to where theirs begins in it.
 */
final class StreamDictionaries {
    private final Source source;
    private final BufferAllocator allocator;
    private final Map<Long, Pieces> pieces = new HashMap<>();

    /** One dictionary: the vectors it comes in, and where the one in force begins among their values. */
    private static final class Pieces {
        final Dictionary first;
        final List<FieldVector> vectors = new ArrayList<>();
        long values;
        long begin;

        Pieces(Dictionary first) {
            this.first = first;
        }
    }

    StreamDictionaries(Source source, BufferAllocator allocator) {
        this.source = source;
        this.allocator = allocator;
    }

    /** Those of the schema, by id, their vectors being empty. */
    void declare(Map<Long, Dictionary> dictionaries) {
        dictionaries.forEach((id, dictionary) -> pieces.put(id, new Pieces(dictionary)));
    }

    boolean isEmpty() {
        return pieces.isEmpty();
    }

    /** What the stream's next piece of a dictionary is to be loaded into; {@link #loaded} follows. */
    FieldVector next(long id, boolean delta) {
        Pieces known = pieces.get(id);
        if (known == null || (delta && known.vectors.isEmpty())) {
            throw source.damaged(
                    "dictionary " + id + (known == null ? " is not in the schema" : " begins with a delta"));
        }
        FieldVector first = known.first.getVector();
        if (!delta) {
            known.begin = known.values;
        }
        known.vectors.add(known.vectors.isEmpty() ? first : first.getField().createVector(allocator));
        return known.vectors.get(known.vectors.size() - 1);
    }

    void loaded(long id) {
        Pieces known = Objects.requireNonNull(pieces.get(id));
        known.values += known.vectors.get(known.vectors.size() - 1).getValueCount();
        if (known.values > Integer.MAX_VALUE) {
            throw source.damaged("dictionary " + id + " has " + known.values + " values");
        }
    }

    /** Moves the indices of a column just loaded, and of its children, behind the dictionaries that were replaced. */
    void move(FieldVector vector) {
        if (vector.getField().getDictionary() != null) {
            Pieces known = pieces.get(vector.getField().getDictionary().getId());
            if (known != null && known.begin != 0) {
                moveIndices(vector, known.begin, known.values);
            }
        }
        vector.getChildrenFromFields().forEach(this::move);
    }

    private void moveIndices(FieldVector vector, long by, long values) {
        if (!(vector instanceof BaseIntVector from) || !(vector instanceof BaseFixedWidthVector fixed)) {
            throw source.damaged("column " + vector.getName() + " is encoded and has no integers");
        }
        ArrowType.Int type = (ArrowType.Int) vector.getField().getType();
        int bits = type.getBitWidth() - (type.getIsSigned() ? 1 : 0);
        if ((values - 1) >>> Math.min(bits, 32) != 0) {
            throw new StoreException("column " + vector.getName() + " has indices of " + type.getBitWidth()
                    + " bits into dictionaries of " + values
                    + " values: too many to be one. Have the writer unify them, or take wider indices");
        }
        int rows = vector.getValueCount();
        try (FieldVector moved = vector.getField().createVector(allocator)) {
            moved.setInitialCapacity(rows);
            moved.allocateNew();
            for (int i = 0; i < rows; i++) {
                if (!vector.isNull(i)) {
                    long index = from.getValueAsLong(i);
                    if (index < 0 || index >= values - by) {
                        throw source.damaged("column " + vector.getName() + " has index " + index
                                + " into a dictionary of " + (values - by));
                    }
                    ((BaseIntVector) moved).setWithPossibleTruncate(i, index + by);
                }
            }
            moved.setValueCount(rows);
            vector.loadFieldBuffers(new ArrowFieldNode(rows, moved.getNullCount()), moved.getFieldBuffers());
            source.addCopied((long) rows * fixed.getTypeWidth());
        }
    }

    /** All of them, each as one vector. The caller owns those. */
    Map<Long, Dictionary> join() {
        Map<Long, Dictionary> joined = new HashMap<>();
        pieces.forEach((id, each) -> {
            if (each.vectors.size() > 1) {
                FieldVector whole = each.first.getVector().getField().createVector(allocator);
                try {
                    whole.allocateNew();
                    VectorBatchAppender.batchAppend(whole, each.vectors.toArray(new FieldVector[0]));
                } catch (RuntimeException e) {
                    whole.close();
                    joined.values().forEach(done -> done.getVector().close());
                    throw e;
                }
                source.addCopied(whole.getBufferSize());
                joined.put(id, new Dictionary(whole, each.first.getEncoding()));
            }
        });
        pieces.forEach((id, each) -> {
            if (joined.containsKey(id)) {
                each.vectors.forEach(FieldVector::close);
            } else {
                joined.put(id, each.first);
            }
        });
        pieces.clear();
        return joined;
    }

    /** Closes what {@link #join} has not given away. */
    void close() {
        for (Pieces each : pieces.values()) {
            each.first.getVector().close();
            each.vectors.forEach(FieldVector::close);
        }
        pieces.clear();
    }
}
