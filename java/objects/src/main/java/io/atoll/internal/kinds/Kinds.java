package io.atoll.internal.kinds;

import io.atoll.internal.memory.ArrowNames;
import io.atoll.internal.memory.Encoded;
import io.atoll.internal.memory.Kind;
import io.atoll.internal.memory.RefFactory;
import io.atoll.internal.memory.Source;
import io.atoll.internal.memory.ValueKind;
import io.atoll.tensor.Tensor;

/** The kinds that are no graphs: what they store, and what comes back. */
public final class Kinds {
    private Kinds() {}

    /** What has a buffer of its own also inside a graph; null when the value has not. */
    public static Encoded encodePart(Object value) {
        Encoded encoded = ArrayKinds.encode(value);
        if (encoded != null) {
            return encoded;
        } else if (value instanceof Tensor) {
            return ValueKind.tensors().encode(value);
        }
        return ArrowNames.isArrow(value.getClass()) ? ValueKind.tables().encode(value) : null;
    }

    /** @param refs makes a ref that is found */
    public static Object decode(long tag, Source source, RefFactory refs) {
        int kind = Kind.of(tag);
        int detail = Kind.detail(tag);
        switch (kind) {
            case Kind.NULL:
            case Kind.BOOLEAN:
            case Kind.BYTE:
            case Kind.SHORT:
            case Kind.CHAR:
            case Kind.INT:
            case Kind.LONG:
            case Kind.FLOAT:
            case Kind.DOUBLE:
            case Kind.STRING:
                return SimpleKinds.decode(kind, detail, source);
            case Kind.BYTES:
            case Kind.BOOLEAN_ARRAY:
            case Kind.SHORT_ARRAY:
            case Kind.CHAR_ARRAY:
            case Kind.INT_ARRAY:
            case Kind.LONG_ARRAY:
            case Kind.FLOAT_ARRAY:
            case Kind.DOUBLE_ARRAY:
            case Kind.BYTE_BUFFER:
            case Kind.TYPED_BUFFER:
                return ArrayKinds.decode(kind, detail, source);
            case Kind.REF:
                return refs.adopt(RefKind.decode(source));
            case Kind.TENSOR:
                return ValueKind.tensors().decode(detail, source);
            case Kind.ARROW:
                return ValueKind.tables().decode(detail, source);
            default:
                throw source.foreign(tag);
        }
    }
}
