package io.atoll.objects;

import io.atoll.internal.fields.Children;
import io.atoll.internal.graph.GraphCoder;
import io.atoll.internal.graph.GraphTypes;
import io.atoll.internal.memory.Encoded;
import io.atoll.internal.memory.Kind;
import io.atoll.internal.objects.ObjectCodec;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How a value would be stored; nothing is.
 *
 * @param kind what it is stored as
 * @param bytesInLine bytes of the object that are made from the value and read as a whole
 * @param bytesInBuffers bytes of arrays, tensors, vectors and buffers, which put copies once, to where they stay
 * @param buffers how many of those there are
 * @param bytesCopiedByGet how much of it all a get copies; the rest comes back as views
 * @param fallbacks parts that take another way than usual, by class, and which
 * @since 0.1
 */
public record StoredForm(
        String kind,
        long bytesInLine,
        long bytesInBuffers,
        int buffers,
        long bytesCopiedByGet,
        List<String> fallbacks) {
    private static final int MAX_OBJECTS = 1_000_000;

    @Override
    public String toString() {
        return kind + ": " + bytesInLine + " bytes in line, " + bytesInBuffers + " bytes in " + buffers
                + " buffers; a get copies " + bytesCopiedByGet + " bytes"
                + (fallbacks.isEmpty() ? "" : "; " + String.join("; ", fallbacks));
    }

    /**
     * How a value would be stored now. It costs as much as a put without its copies. Any thread.
     *
     * @param value any, or null
     * @return the numbers
     * @throws io.atoll.UnserializableException as a put would
     */
    public static StoredForm of(@Nullable Object value) {
        Encoded encoded = ObjectCodec.withoutStore().encode(value);
        if (value != null && encoded instanceof GraphCoder.Graph graph) {
            long buffers = 0;
            long copied = graph.bytesInLine();
            for (Encoded part : graph.parts()) {
                buffers += part.size();
                copied += isView(part) ? 0 : part.size();
            }
            return new StoredForm(
                    "graph", graph.bytesInLine(), buffers, graph.parts().size(), copied, fallbacks(value));
        }
        int kind = Kind.of(encoded.tag());
        boolean buffer = encoded.hasBuffers()
                || kind == Kind.BYTES
                || (kind >= Kind.BOOLEAN_ARRAY && kind <= Kind.TYPED_BUFFER && kind != Kind.REF);
        return new StoredForm(
                Kind.name(kind),
                buffer ? 0 : encoded.size(),
                buffer ? encoded.size() : 0,
                buffer ? 1 : 0,
                isView(encoded) ? 0 : encoded.size(),
                List.of());
    }

    private static boolean isView(Encoded encoded) {
        switch (Kind.of(encoded.tag())) {
            case Kind.TENSOR:
            case Kind.ARROW:
            case Kind.BYTE_BUFFER:
            case Kind.TYPED_BUFFER:
                return true;
            default:
                return false;
        }
    }

    private static List<String> fallbacks(Object root) {
        Set<String> found = new TreeSet<>();
        Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        ArrayDeque<Object> queue = new ArrayDeque<>();
        queue.add(root);
        while (!queue.isEmpty() && seen.size() < MAX_OBJECTS) {
            Object object = queue.remove();
            String way = GraphTypes.otherWay(object.getClass());
            if (way != null) {
                found.add(object.getClass().getName() + " " + way);
            }
            for (Children.Child each : Children.of(object)) {
                if (seen.add(each.value())) {
                    queue.add(each.value());
                }
            }
        }
        return List.copyOf(found);
    }
}
