package io.atoll.internal.graph;

import io.atoll.internal.kinds.Kinds;
import io.atoll.internal.memory.Encoded;
import io.atoll.internal.memory.Kind;
import io.atoll.internal.memory.RefFactory;
import io.atoll.internal.memory.Source;
import io.atoll.internal.store.Memory;
import java.util.ArrayList;
import java.util.List;

/**
 * The tensors, vectors and large arrays that are lifted out of a graph, so that they lie in buffers of their own. The
 * stored graph then is
 *
 * <pre>
 *   graph bytes (int64) | number of parts (int64) | for each part: tag, offset, size (int64 each)
 *   the graph by Fory | each part, at a multiple of 64
 * </pre>
 */
final class GraphParts {
    private static final int HEAD = 16;
    private static final int ROW = 24;
    private static final int ALIGNMENT = 64;

    private final List<Encoded> parts = new ArrayList<>();

    /** Returns the number that stands for the part in the graph. */
    int add(Encoded part) {
        parts.add(part);
        return parts.size() - 1;
    }

    List<Encoded> all() {
        return parts;
    }

    boolean isEmpty() {
        return parts.isEmpty();
    }

    long size(long graphBytes) {
        long end = HEAD + (long) ROW * parts.size() + graphBytes;
        for (Encoded part : parts) {
            end = align(end) + part.size();
        }
        return end;
    }

    void writeTo(long address, byte[] graph) {
        Memory.putLong(address, graph.length);
        Memory.putLong(address + 8, parts.size());
        long row = address + HEAD;
        long end = HEAD + (long) ROW * parts.size();
        Memory.copyFromArray(graph, graph.length, address + end);
        end += graph.length;
        for (Encoded part : parts) {
            long offset = align(end);
            Memory.fill(address + end, offset - end, (byte) 0);
            Memory.putLong(row, part.tag());
            Memory.putLong(row + 8, offset);
            Memory.putLong(row + 16, part.size());
            row += ROW;
            part.writeTo(address + offset);
            end = offset + part.size();
        }
    }

    private static long align(long bytes) {
        return bytes + ALIGNMENT - 1 & -ALIGNMENT;
    }

    /** The graph's own bytes in an object with parts. */
    static byte[] graph(Source source) {
        long count = count(source);
        return source.copyOut(HEAD + ROW * count, Memory.getLong(source.address()));
    }

    private static long count(Source source) {
        source.checkRange(0, HEAD);
        long count = Memory.getLong(source.address() + 8);
        if (count < 0 || count > source.size() / ROW) {
            throw source.damaged("it says it has " + count + " parts");
        }
        source.checkRange(HEAD, count * ROW);
        return count;
    }

    /** A part of an object with parts, by its number. */
    static Object decode(Source source, int number, RefFactory refs) {
        if (number < 0 || number >= count(source)) {
            throw source.damaged("it has no part " + number);
        }
        long row = source.address() + HEAD + (long) ROW * number;
        long tag = Memory.getLong(row);
        long offset = Memory.getLong(row + 8);
        long size = Memory.getLong(row + 16);
        source.checkRange(offset, size);
        if (Kind.of(tag) == Kind.GRAPH || Kind.of(tag) == Kind.ERROR) {
            throw source.damaged("part " + number + " is of kind " + Kind.of(tag));
        }
        Source part = new Source(source.address() + offset, size, source.lease());
        Object value = Kinds.decode(tag, part, refs);
        source.addCopied(part.copied());
        return value;
    }
}
