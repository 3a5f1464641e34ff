package io.atoll.objects;

import io.atoll.ObjectId;
import io.atoll.ObjectRef;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SimpleTimeZone;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.fory.Fory;
import org.apache.fory.config.Config;
import org.apache.fory.config.ForyBuilder;
import org.apache.fory.context.ReadContext;
import org.apache.fory.context.WriteContext;
import org.apache.fory.logging.LogLevel;
import org.apache.fory.logging.LoggerFactory;
import org.apache.fory.memory.MemoryBuffer;
import org.apache.fory.memory.MemoryUtils;
import org.apache.fory.serializer.ReplaceResolveSerializer.ReplaceStub;
import org.apache.fory.serializer.Serializer;

/**
 * One Fory with the serializers of ours, and what one writing or reading collects. Used by one thread at a time; after a
 * failure it is not used again.
 */
final class GraphCoder {
    /** A heap buffer that has grown beyond this is not kept. */
    private static final int BUFFER_KEPT = 1 << 20;

    private static final int BUFFER_FIRST = 4096;

    /** A graph may ask for this part of the heap whatever its bytes are: a queue may be long and empty. */
    private static final long HEAP_FREE_OF_PROOF = Runtime.getRuntime().maxMemory() / 8;

    /** Beyond it for so much a byte: an empty map takes two bytes. */
    private static final long HEAP_BYTES_PER_BYTE = 64;

    private static final List<Class<?>> ARRAYS = List.of(
            byte[].class,
            boolean[].class,
            short[].class,
            char[].class,
            int[].class,
            long[].class,
            float[].class,
            double[].class);

    static {
        LoggerFactory.useSlf4jLogging(true);
        LoggerFactory.setLogLevel(LogLevel.ERROR_LEVEL);
    }

    private final ClassLoader loader;
    private final int maxDepth; // that Fory reads
    private final AllowList allowed = AllowList.current();
    private final int codecs = Codecs.version();
    private final Fory fory;
    private final GraphRefs refs;
    private final WriteContext writing;
    private final ReadContext reading;
    private MemoryBuffer buffer = MemoryUtils.buffer(BUFFER_FIRST);
    // While writing.
    private Set<ObjectId> ids;
    private GraphParts parts;
    // While reading.
    private Source source;
    private ObjectCodec codec;
    private final BitSet partsTaken = new BitSet();

    GraphCoder(ClassLoader loader, int maxDepth) {
        this.loader = loader;
        ForyBuilder builder = Fory.builder()
                .withXlang(false)
                .withRefTracking(true)
                .withCompatible(false)
                .requireClassRegistration(false)
                .suppressClassRegistrationWarnings(true)
                .serializeEnumByName(true)
                .withMaxDepth(maxDepth)
                .withMaxGraphMemoryBytes(Long.MAX_VALUE)
                .withClassLoader(loader);
        if (allowed.isSet()) {
            builder.withTypeChecker((resolver, name) -> {
                checkAllowed(name); // Fory's own message would not name the setting
                return true;
            });
        }
        fory = builder.build();
        registerSerializers();
        fory.serialize(null); // ends the registration
        writing = fory.getWriteContext();
        reading = fory.getReadContext();
        refs = new GraphRefs(writing.getRefWriter());
        this.maxDepth = maxDepth;
    }

    /** Whether it may be used for a class loader, with the codecs and the allowed classes of now. */
    boolean fits(ClassLoader wanted) {
        return loader == wanted && codecs == Codecs.version() && allowed.isOf(System.getProperty(AllowList.PROPERTY));
    }

    void checkAllowed(String className) {
        if (!allowed.allows(className)) {
            throw new IllegalStateException(allowed.refusal(className));
        }
    }

    private void registerSerializers() {
        Config config = fory.getConfig();
        fory.registerSerializerAndType(ObjectRef.class, new GraphSerializers.Refs(config, this));
        fory.registerSerializerAndType(Tensor.class, new GraphSerializers.Lifted<>(config, Tensor.class, this));
        fory.registerSerializerAndType(Table.class, new GraphSerializers.Lifted<>(config, Table.class, this));
        fory.registerSerializer(Locale.class, new GraphSerializers.Locales(config));
        for (Class<?> type : ARRAYS) {
            registerArray(type);
        }
        ByteBuffer heap = ByteBuffer.allocate(0);
        ByteBuffer direct = ByteBuffer.allocateDirect(0);
        for (ByteBuffer each : List.of(heap, direct, heap.asReadOnlyBuffer(), direct.asReadOnlyBuffer())) {
            fory.registerSerializer(each.getClass(), new GraphSerializers.Lifted<>(config, each.getClass(), this));
        }
        fory.registerSerializer(AtomicReference.class, new GraphSerializers.References(config));
        fory.registerSerializer(Class.class, new GraphSerializers.Classes(config, this));
        fory.registerSerializer(SimpleTimeZone.class, new JavaBytes.InGraph<>(config, SimpleTimeZone.class));
        for (Class<?> type : CollectionViews.KNOWN_TO_FORY) {
            fory.registerSerializer(
                    type, Containers.as(fory.getTypeResolver(), type, CollectionViews.serializer(config, type)));
        }
        fory.registerSerializer(LinkedHashMap.class, new JdkContainers.LinkedHashMaps(fory.getTypeResolver()));
        Class<?> lists = JdkContainers.LIST_N;
        fory.registerSerializer(
                lists,
                Containers.as(
                        fory.getTypeResolver(),
                        lists,
                        new JdkContainers.ListsWithNulls(config, fory.getSerializer(lists))));
        fory.registerSerializer(ReplaceStub.class, new Externals.Replaced(fory.getTypeResolver(), ReplaceStub.class));
        fory.registerSerializerFactory(new GraphTypes(this));
    }

    private <T> void registerArray(Class<T> type) {
        Serializer<T> inline = fory.getSerializer(type);
        fory.registerSerializer(type, new GraphSerializers.Arrays<>(fory.getConfig(), type, inline, this));
    }

    ClassLoader loader() {
        return loader;
    }

    Config config() {
        return fory.getConfig();
    }

    Encoded write(Object value) {
        ids = null;
        parts = new GraphParts();
        buffer.writerIndex(0);
        byte[] bytes;
        writing.prepare(buffer, null);
        try {
            writing.writeRootRef(value);
            bytes = buffer.getBytes(0, buffer.writerIndex());
            List<Object> suspects = refs.reachedAgain(bytes);
            if (!suspects.isEmpty()) {
                Constructed.refuseCycles(suspects, refs);
            }
            if (refs.count() >= GraphKind.DEEP_DEPTH && maxDepth == GraphKind.DEEP_DEPTH) {
                Nesting.refuse(
                        value, maxDepth); // Fory writes as deep as the stack bears, and reads no deeper than this
            }
        } finally {
            writing.reset();
        }
        if (buffer.size() > BUFFER_KEPT) {
            buffer = MemoryUtils.buffer(BUFFER_FIRST);
        }
        Encoded encoded = new Graph(bytes, parts, ids == null ? new ObjectId[0] : ids.toArray(new ObjectId[0]));
        ids = null;
        parts = null;
        return encoded;
    }

    void contain(ObjectId id) {
        if (ids == null) {
            ids = new LinkedHashSet<>();
        }
        ids.add(id);
    }

    /** Moves a part of the graph into a buffer of its own; returns its number. */
    int lift(Object value) {
        return parts.add(ObjectCodec.encodePart(value));
    }

    /** @param from the whole object, for its parts; only while this runs */
    Object read(byte[] bytes, Source from, ObjectCodec by) {
        source = from;
        codec = by;
        try {
            reading.prepare(MemoryUtils.wrap(bytes), null, false);
            long believed = Math.max(HEAP_FREE_OF_PROOF, HEAP_BYTES_PER_BYTE * bytes.length);
            reading.reserveGraphMemory(Long.MAX_VALUE - believed);
            return reading.readRootRef();
        } finally {
            reading.reset();
            partsTaken.clear();
            source = null;
            codec = null;
        }
    }

    ObjectRef<?> adopt(ObjectId id) {
        return codec.refs().adopt(id);
    }

    Object part(int number) {
        if (number < 0 || partsTaken.get(number)) {
            throw source.damaged("its part " + number + " is there more than once"); // each time a copy, it may be
        }
        Object part = GraphParts.decode(source, number, codec);
        partsTaken.set(number);
        return part;
    }

    /** A graph that has been written to memory, but for its parts. */
    static final class Graph extends Encoded {
        private final byte[] bytes;
        private final GraphParts parts;
        private final ObjectId[] contained;

        Graph(byte[] bytes, GraphParts parts, ObjectId[] contained) {
            super(
                    Kind.tag(Kind.GRAPH, parts.isEmpty() ? 0 : Kind.PARTS),
                    parts.isEmpty() ? bytes.length : parts.size(bytes.length));
            this.bytes = bytes;
            this.parts = parts;
            this.contained = contained;
        }

        long bytesInLine() {
            return bytes.length;
        }

        List<Encoded> parts() {
            return parts.all();
        }

        @Override
        public ObjectId[] contained() {
            return contained;
        }

        @Override
        public boolean hasBuffers() {
            return !parts.isEmpty();
        }

        @Override
        public void writeTo(long address) {
            if (parts.isEmpty()) {
                io.atoll.store.Memory.copyFromArray(bytes, bytes.length, address);
            } else {
                parts.writeTo(address, bytes);
            }
        }
    }
}
