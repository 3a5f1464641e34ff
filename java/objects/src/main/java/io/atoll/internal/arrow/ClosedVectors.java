package io.atoll.internal.arrow;

import io.atoll.UnserializableException;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.LargeListVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.dictionary.Dictionary;

/**
 * Refuses vectors whose memory has been given back, as far as that can be told. Closing makes a vector what it was before
 * its first allocation, of no rows: it shows where something else has rows that need its values, or where only its
 * buffers were released. A vector by itself that was closed is stored as an empty one.
 */
public final class ClosedVectors {
    private ClosedVectors() {}

    /** Looks at a vector and what is inside it, in a time that does not depend on the number of rows. */
    public static void refuse(FieldVector vector) {
        for (ArrowBuf buffer : vector.getFieldBuffers()) {
            if (buffer.capacity() > 0 && buffer.refCnt() <= 0) {
                throw new UnserializableException("column " + vector.getName() + " cannot be stored: a buffer of "
                        + buffer.capacity() + " bytes was released. Put it before you close it");
            } else if (buffer.capacity() > 0) {
                refuseClosed(vector, buffer.getReferenceManager().getAllocator());
            }
        }
        long least = leastOfChildren(vector);
        for (FieldVector child : vector.getChildrenFromFields()) {
            if (child.getValueCount() < least) {
                throw new UnserializableException("column " + child.getName() + " in " + vector.getName() + " has "
                        + child.getValueCount() + " rows, and " + least
                        + " are referred to: was it closed, or setValueCount forgotten?");
            }
            refuse(child);
        }
    }

    /** Arrow looks only where assertions are on, and then refuses to count uses of the allocator's buffers. */
    private static void refuseClosed(FieldVector vector, BufferAllocator allocator) {
        try {
            allocator.assertOpen();
        } catch (IllegalStateException e) {
            throw new UnserializableException(
                    "column " + vector.getName() + " cannot be stored: its allocator \"" + allocator.getName()
                            + "\" is closed. Close an allocator after the vectors that it has made",
                    e);
        }
    }

    /** A dictionary without values is one that was closed, when a row refers to it. */
    public static void refuseDictionaries(List<VectorSchemaRoot> batches, Map<Long, Dictionary> dictionaries) {
        for (Dictionary dictionary : dictionaries.values()) {
            refuse(dictionary.getVector());
        }
        for (VectorSchemaRoot batch : batches) {
            for (FieldVector vector : batch.getFieldVectors()) {
                if (vector.getField().getDictionary() == null || vector.getNullCount() == vector.getValueCount()) {
                    continue;
                }
                long id = vector.getField().getDictionary().getId();
                if (dictionaries.get(id).getVector().getValueCount() == 0) {
                    throw new UnserializableException("column " + vector.getName() + " is encoded with dictionary " + id
                            + ", which has no values: was it closed?");
                }
            }
        }
    }

    private static long leastOfChildren(FieldVector vector) {
        int rows = vector.getValueCount();
        if (rows == 0) {
            return 0;
        } else if (vector instanceof StructVector) {
            return rows;
        } else if (vector instanceof FixedSizeListVector list) {
            return (long) rows * list.getListSize();
        } else if (vector instanceof ListVector list) { // a map is one
            return list.getOffsetBuffer().getInt((long) rows * ListVector.OFFSET_WIDTH);
        } else if (vector instanceof LargeListVector list) {
            return list.getOffsetBuffer().getLong((long) rows * LargeListVector.OFFSET_WIDTH);
        }
        return 0;
    }
}
