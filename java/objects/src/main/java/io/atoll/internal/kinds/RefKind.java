package io.atoll.internal.kinds;

import io.atoll.ObjectId;
import io.atoll.internal.memory.Encoded;
import io.atoll.internal.memory.Kind;
import io.atoll.internal.memory.Source;
import io.atoll.internal.store.Memory;

/** A ref by itself. */
public final class RefKind extends Encoded {
    private final ObjectId id;

    public RefKind(ObjectId id) {
        super(Kind.tag(Kind.REF, 0), ObjectId.BYTES);
        this.id = id;
    }

    @Override
    public ObjectId[] contained() {
        return new ObjectId[] {id};
    }

    @Override
    public void writeTo(long address) {
        Memory.putLong(address, id.store());
        Memory.putLong(address + 8, id.place());
    }

    static ObjectId decode(Source source) {
        source.checkRange(0, ObjectId.BYTES);
        return new ObjectId(Memory.getLong(source.address()), Memory.getLong(source.address() + 8));
    }
}
