package io.atoll.internal.arrow;

import io.atoll.UnserializableException;
import io.atoll.internal.memory.Source;
import io.atoll.internal.store.Memory;
import io.atoll.jni.SystemProperty;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BoundsChecking;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseIntVector;
import org.apache.arrow.vector.BaseLargeVariableWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.BaseVariableWidthViewVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.ExtensionTypeVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.DenseUnionVector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.LargeListVector;
import org.apache.arrow.vector.complex.LargeListViewVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.ListViewVector;
import org.apache.arrow.vector.complex.RunEndEncodedVector;
import org.apache.arrow.vector.complex.UnionVector;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;

/**
 * Checks a batch against the vectors that it will be loaded into, before they are: Arrow believes what a batch says, and
 * where its lengths do not agree it makes buffers longer, or writes to them, which are not ours to write to. What is
 * checked is that
 *
 * <ul>
 *   <li>every buffer lies in the body, and is as long as the column's rows ask for;
 *   <li>columns have the batch's rows, and children as many as their parent refers to, by its first and last offset.
 * </ul>
 *
 * <p>That takes a time that depends on the number of columns, not of rows (but for unions and list views, whose rows
 * Arrow itself looks at). Offsets in between, type ids, views and indices of dictionaries are left to the checks that
 * Arrow makes at every access: one that leads nowhere throws when it is used. Where those are switched off ({@code
 * arrow.enable_unsafe_memory_access}) every one of them is checked here, row by row, so that a damaged object does not
 * end the process then, either; {@code -Datoll.arrow.check.rows=true} asks for that in any case.
 */
public final class ArrowCheck {
    private static final boolean EVERY_ROW =
            !BoundsChecking.BOUNDS_CHECKING_ENABLED || SystemProperty.CHECK_ROWS.isTrue();

    /** So many rows may have no bytes at all: Arrow makes a validity buffer for them. */
    private static final long ROWS_WITHOUT_BYTES = 1 << 20;

    private static final int VIEW_BYTES = 16;
    private static final int VIEW_INLINE = 12;

    /** What is wrong with a batch; told in another way when it is read and when it is written. */
    private static final class Broken extends RuntimeException {
        private static final long serialVersionUID = 1;

        Broken(String message) {
            super(message, null, false, false);
        }
    }

    private final long from;
    private final long to;
    private final long bytes; // there are, to judge the number of rows by
    private final Iterator<ArrowFieldNode> nodes;
    private final Iterator<ArrowBuf> buffers;
    private final Iterator<Long> variadic;

    private ArrowCheck(long size, long from, long to, ArrowRecordBatch batch) {
        this.from = from;
        this.to = to;
        nodes = batch.getNodes().iterator();
        buffers = batch.getBuffers().iterator();
        bytes = Math.max(
                size, batch.getBuffers().stream().mapToLong(ArrowBuf::capacity).sum());
        variadic = batch.getVariadicBufferCounts().iterator();
    }

    /**
     * Throws when a batch is not as the vectors need it.
     *
     * @param from address of its body, which ends before another
     */
    public static void check(Source source, VectorSchemaRoot root, ArrowRecordBatch batch, long from, long to) {
        try {
            new ArrowCheck(source.size(), from, to, batch).batch(root, batch);
        } catch (Broken e) {
            throw source.damaged(e.getMessage());
        }
    }

    /** The same for one whose buffers are all in memory of our own. */
    public static void checkOwn(Source source, VectorSchemaRoot root, ArrowRecordBatch batch) {
        check(source, root, batch, 0, Long.MAX_VALUE);
    }

    /** The same for one that is to be stored: nobody could read what does not pass. */
    static void checkWritten(VectorSchemaRoot root, ArrowRecordBatch batch) {
        try {
            new ArrowCheck(0, 0, Long.MAX_VALUE, batch).batch(root, batch);
        } catch (Broken e) {
            throw new UnserializableException("a batch cannot be stored, since its vectors are not as its schema says: "
                    + e.getMessage() + ". Was setValueCount forgotten, or a child added after the schema was made?");
        }
    }

    private void batch(VectorSchemaRoot root, ArrowRecordBatch batch) {
        for (FieldVector vector : root.getFieldVectors()) {
            int rows = vector(vector);
            if (rows != batch.getLength()) {
                throw new Broken(
                        "column " + vector.getName() + " has " + rows + " rows, its batch " + batch.getLength());
            }
        }
        if (nodes.hasNext() || buffers.hasNext()) {
            throw new Broken("there are more columns or buffers than the schema has");
        }
    }

    static void checkInside(Source source, ArrowBuf buffer, long from, long to) {
        if (isOutside(buffer, from, to)) {
            throw source.damaged("a buffer of " + buffer.capacity() + " bytes leaves the batch of " + (to - from));
        }
    }

    private static boolean isOutside(ArrowBuf buffer, long from, long to) {
        long address = buffer.memoryAddress();
        long bytes = buffer.capacity();
        return bytes != 0 && (bytes < 0 || address < from || address > to - bytes);
    }

    /** The dictionary that an encoded column's indices lead into, where Arrow does not look itself. */
    public static void checkIndices(Source source, FieldVector encoded, int size) {
        if (EVERY_ROW) {
            try {
                indices(encoded, size);
            } catch (Broken e) {
                throw source.damaged(e.getMessage());
            }
        }
    }

    /**
     * The same for columns that are to be stored, and their children.
     *
     * @param moved dictionaries whose readers look at each index into them in any case
     */
    public static void checkWrittenIndices(
            List<FieldVector> columns, Map<Long, Dictionary> dictionaries, Set<Long> moved) {
        for (FieldVector column : columns) {
            DictionaryEncoding encoding = column.getField().getDictionary();
            Dictionary dictionary = encoding == null ? null : dictionaries.get(encoding.getId());
            if (dictionary != null && (EVERY_ROW || moved.contains(encoding.getId()))) {
                try {
                    indices(column, dictionary.getVector().getValueCount());
                } catch (Broken e) {
                    throw new UnserializableException("a batch cannot be stored: " + e.getMessage());
                }
            }
            checkWrittenIndices(column.getChildrenFromFields(), dictionaries, moved);
        }
    }

    private static void indices(FieldVector encoded, int size) {
        if (encoded instanceof BaseIntVector indices) {
            for (int i = 0; i < encoded.getValueCount(); i++) {
                long index = encoded.isNull(i) ? 0 : indices.getValueAsLong(i);
                if (!encoded.isNull(i) && (index < 0 || index >= size)) {
                    throw new Broken(
                            "column " + encoded.getName() + " has index " + index + " into a dictionary of " + size);
                }
            }
        }
    }

    /** One vector with its children; returns its rows. */
    private int vector(FieldVector any) {
        FieldVector vector =
                any instanceof ExtensionTypeVector<?> extension ? (FieldVector) extension.getUnderlyingVector() : any;
        if (!nodes.hasNext()) {
            throw new Broken("column " + any.getName() + " is not in the batch");
        }
        ArrowFieldNode node = nodes.next();
        int count = node.getLength();
        if (count < 0 || node.getNullCount() < 0 || node.getNullCount() > count) {
            throw new Broken("column " + any.getName() + " has " + count + " rows, " + node.getNullCount()
                    + " of which are null");
        }
        if (vector instanceof BaseFixedWidthVector fixed) {
            validity(count);
            buffer((count * (fixed instanceof BitVector ? 1L : 8L * fixed.getTypeWidth()) + 7) >>> 3);
        } else if (vector instanceof BaseVariableWidthVector) {
            validity(count);
            ArrowBuf offsets = offsets(count, Integer.BYTES);
            checkOffsets(offsets, count, Integer.BYTES, buffer(0).capacity());
        } else if (vector instanceof BaseLargeVariableWidthVector) {
            validity(count);
            ArrowBuf offsets = offsets(count, Long.BYTES);
            checkOffsets(offsets, count, Long.BYTES, buffer(0).capacity());
        } else if (vector instanceof BaseVariableWidthViewVector) {
            validity(count);
            views(count);
        } else if (!(vector instanceof NullVector)) {
            nested(vector, count);
        }
        return count;
    }

    private void nested(FieldVector vector, int count) {
        List<FieldVector> children = vector.getChildrenFromFields();
        if (vector instanceof ListVector || vector instanceof LargeListVector) { // a map is a list
            int width = vector instanceof ListVector ? Integer.BYTES : Long.BYTES;
            validity(count);
            ArrowBuf offsets = offsets(count, width);
            checkOffsets(offsets, count, width, vector(children.get(0)));
        } else if (vector instanceof ListViewVector || vector instanceof LargeListViewVector) {
            int width = vector instanceof ListViewVector ? Integer.BYTES : Long.BYTES;
            validity(count);
            ArrowBuf offsets = buffer((long) width * count);
            ArrowBuf sizes = buffer((long) width * count);
            checkListViews(offsets, sizes, count, width, vector(children.get(0)));
        } else if (vector instanceof FixedSizeListVector list) {
            validity(count);
            children(children, (long) count * list.getListSize());
        } else if (vector instanceof DenseUnionVector union) {
            denseUnion(union, children, count);
        } else if (vector instanceof RunEndEncodedVector) {
            runs(children, count);
        } else if (vector instanceof UnionVector union) {
            ArrowBuf types = buffer(count);
            children(children, count);
            checkTypes(union, children, types, count);
        } else {
            validity(count); // a struct
            children(children, count);
        }
    }

    private void children(List<FieldVector> children, long least) {
        for (FieldVector child : children) {
            int has = vector(child);
            if (has < least) {
                throw new Broken("column " + child.getName() + " has " + has + " rows, its parent " + least);
            }
        }
    }

    private ArrowBuf buffer(long least) {
        if (!buffers.hasNext()) {
            throw new Broken("a batch has too few buffers");
        }
        ArrowBuf buffer = buffers.next();
        long bytes = buffer.capacity();
        if (isOutside(buffer, from, to)) {
            throw new Broken("a buffer of " + bytes + " bytes leaves the batch of " + (to - from));
        }
        if (bytes < least) {
            throw new Broken("a buffer has " + bytes + " bytes, not " + least);
        }
        return buffer;
    }

    /** It may be missing. */
    private void validity(int count) {
        long given = buffer(0).capacity();
        if (given == 0 ? count > ROWS_WITHOUT_BYTES + 8 * bytes : given < (count + 7L) >> 3) {
            throw new Broken("a validity buffer of " + given + " bytes is given for " + count + " rows");
        }
    }

    /** It may be missing when there are no rows. */
    private ArrowBuf offsets(int count, int width) {
        return buffer(count == 0 ? 0 : width * (count + 1L));
    }

    private static long number(ArrowBuf buffer, long index, int width) {
        long at = buffer.memoryAddress() + index * width;
        return width == Integer.BYTES ? Memory.getInt(at) : Memory.getLong(at);
    }

    private void checkOffsets(ArrowBuf offsets, int count, int width, long end) {
        if (count == 0) {
            return; // and the one that may be there is of no row
        }
        long first = number(offsets, 0, width);
        long last = number(offsets, count, width);
        if (first < 0 || first > last || last > end) {
            throw new Broken("offsets from " + first + " to " + last + " lead into " + end);
        }
        long before = first;
        for (int i = 1; EVERY_ROW && i < count; i++) {
            long next = number(offsets, i, width);
            if (next < before || next > last) {
                throw new Broken("offset " + next + " comes after " + before + " and leads into " + end);
            }
            before = next;
        }
    }

    private void checkListViews(ArrowBuf offsets, ArrowBuf sizes, int count, int width, long end) {
        for (int i = 0; i < count; i++) {
            long offset = number(offsets, i, width);
            long size = number(sizes, i, width);
            if (offset < 0 || size < 0 || offset > end - size) {
                throw new Broken("a list of " + size + " at " + offset + " leads into " + end);
            }
        }
    }

    /** The vector of a type that no child has would be made when it is asked for, without memory. */
    private void checkTypes(UnionVector union, List<FieldVector> children, ArrowBuf types, int count) {
        boolean[] known = new boolean[128];
        known[0] = true; // null
        for (int i = 0; EVERY_ROW && i < count; i++) {
            byte type = Memory.getByte(types.memoryAddress() + i);
            if (type < 0 || (!known[type] && !children.contains(union.getVectorByType(type)))) {
                throw new Broken("row " + i + " of a union is of type " + type);
            }
            known[type] = true;
        }
    }

    /** Every row counts, for Arrow makes the children as long as there are rows of them. */
    private void denseUnion(DenseUnionVector union, List<FieldVector> children, int count) {
        ArrowBuf types = buffer(count);
        ArrowBuf offsets = buffer(4L * count);
        int[] has = new int[128];
        for (int type = 0; type < has.length; type++) {
            has[type] = -1;
        }
        for (FieldVector child : children) {
            int childRows = vector(child);
            for (byte type = 0; type >= 0; type++) { // up to 127
                if (union.getVectorByType(type) == child) {
                    has[type] = childRows;
                }
            }
        }
        int[] uses = new int[128];
        for (int i = 0; i < count; i++) {
            byte type = Memory.getByte(types.memoryAddress() + i);
            if (type == -1) {
                continue; // null, as Arrow Java writes it
            }
            int childRows = type < 0 ? -1 : has[type];
            long offset = number(offsets, i, Integer.BYTES);
            if (childRows < 0 || ++uses[type] > childRows || offset < 0 || offset >= childRows) {
                throw new Broken("row " + i + " of a union is row " + offset + " of " + childRows + " of type " + type);
            }
        }
    }

    private void runs(List<FieldVector> children, int count) {
        FieldVector ends = children.get(0);
        int runs = runEnds(ends, count);
        int values = vector(children.get(1));
        if (values < runs || (runs == 0 && count > 0)) {
            throw new Broken(runs + " runs have " + values + " values for " + count + " rows");
        }
    }

    private int runEnds(FieldVector ends, int rows) {
        if (!(ends instanceof BaseFixedWidthVector fixed) || !(ends instanceof BaseIntVector)) {
            throw new Broken("the ends of runs are of type " + ends.getField().getType());
        }
        if (!nodes.hasNext()) {
            throw new Broken("the ends of runs are not in the batch");
        }
        ArrowFieldNode node = nodes.next();
        int runs = node.getLength();
        if (runs < 0 || node.getNullCount() != 0) {
            throw new Broken(runs + " ends of runs, " + node.getNullCount() + " of which are null");
        }
        validity(runs);
        ArrowBuf buffer = buffer((long) runs * fixed.getTypeWidth());
        long before = 0;
        for (int i = 0; EVERY_ROW && i < runs; i++) {
            long end = fixed.getTypeWidth() == Short.BYTES
                    ? Memory.getShort(null, buffer.memoryAddress() + 2L * i)
                    : number(buffer, i, fixed.getTypeWidth());
            if (end <= before) {
                throw new Broken("a run ends at " + end + " that begins at " + before);
            }
            before = end;
        }
        if (EVERY_ROW && before < rows) {
            throw new Broken("the runs end at " + before + " of " + rows + " rows");
        }
        return runs;
    }

    private void views(int count) {
        ArrowBuf views = buffer((long) VIEW_BYTES * count);
        long more = variadic.hasNext() ? variadic.next() : 0;
        if (more < 0 || more > bytes) {
            throw new Broken("a column of views has " + more + " buffers");
        }
        ArrowBuf[] data = new ArrowBuf[EVERY_ROW ? (int) more : 0];
        for (int i = 0; i < more; i++) {
            ArrowBuf buffer = buffer(0);
            if (EVERY_ROW) {
                data[i] = buffer;
            }
        }
        for (int i = 0; EVERY_ROW && i < count; i++) {
            long at = views.memoryAddress() + (long) VIEW_BYTES * i;
            int length = Memory.getInt(at);
            if (length > VIEW_INLINE || length < 0) {
                int number = Memory.getInt(at + 8);
                int offset = Memory.getInt(at + 12);
                if (length < 0
                        || number < 0
                        || number >= more
                        || offset < 0
                        || offset > data[number].capacity() - length) {
                    throw new Broken("a view of " + length + " bytes at " + offset + " of buffer " + number);
                }
            }
        }
    }
}
