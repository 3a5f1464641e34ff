package io.atoll.objects;

import io.atoll.ObjectId;
import io.atoll.ObjectRef;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.fory.Fory;
import org.apache.fory.context.ReadContext;
import org.apache.fory.context.WriteContext;
import org.apache.fory.logging.LogLevel;
import org.apache.fory.logging.LoggerFactory;
import org.apache.fory.memory.MemoryBuffer;
import org.apache.fory.memory.MemoryUtils;
import org.apache.fory.serializer.Serializer;

/** One Fory with the serializers of ours, and what one writing or reading collects. Used by one thread at a time. */
final class GraphCoder {
    /** A heap buffer that has grown beyond this is not kept. */
    private static final int BUFFER_KEPT = 1 << 20;

    static {
        LoggerFactory.useSlf4jLogging(true);
        LoggerFactory.setLogLevel(LogLevel.ERROR_LEVEL);
    }

    private final Fory fory;
    private MemoryBuffer buffer = MemoryUtils.buffer(4096);
    private final Set<ObjectId> ids = new LinkedHashSet<>();
    private RefFactory refs;

    GraphCoder(ClassLoader loader, int maxDepth) {
        fory = Fory.builder()
                .withXlang(false)
                .withRefTracking(true)
                .withCompatible(false)
                .requireClassRegistration(false)
                .suppressClassRegistrationWarnings(true)
                .serializeEnumByName(true)
                .withMaxDepth(maxDepth)
                .withClassLoader(loader)
                .build();
        fory.registerSerializerAndType(ObjectRef.class, new RefSerializer());
    }

    /** Writes a graph; {@link #ids()} then tells the refs in it. */
    byte[] write(Object value) {
        ids.clear();
        buffer.writerIndex(0);
        fory.serialize(buffer, value);
        byte[] bytes = buffer.getBytes(0, buffer.writerIndex());
        if (buffer.size() > BUFFER_KEPT) {
            buffer = MemoryUtils.buffer(4096);
        }
        return bytes;
    }

    ObjectId[] ids() {
        return ids.toArray(new ObjectId[0]);
    }

    Object read(byte[] bytes, RefFactory makesRefs) {
        refs = makesRefs;
        try {
            return fory.deserialize(bytes);
        } finally {
            refs = null;
        }
    }

    private final class RefSerializer extends Serializer<ObjectRef> {
        RefSerializer() {
            super(fory.getConfig(), ObjectRef.class);
        }

        @Override
        public void write(WriteContext context, ObjectRef ref) {
            ObjectId id = ref.id();
            ids.add(id);
            context.writeInt64(id.store());
            context.writeInt64(id.place());
        }

        @Override
        public ObjectRef<?> read(ReadContext context) {
            return refs.adopt(new ObjectId(context.readInt64(), context.readInt64()));
        }
    }
}
