package io.atoll.internal.graph;

import io.atoll.ObjectId;
import io.atoll.ObjectRef;
import io.atoll.internal.codecs.AllowList;
import io.atoll.internal.codecs.CodecRegistry;
import io.atoll.internal.memory.Encoded;
import io.atoll.internal.memory.Kind;
import io.atoll.internal.memory.RefFactory;
import io.atoll.internal.memory.Source;
import io.atoll.table.Table;
import io.atoll.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.List;
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
import org.apache.fory.resolver.ClassResolver;
import org.apache.fory.serializer.ReplaceResolveSerializer.ReplaceStub;
import org.apache.fory.serializer.Serializer;

/**
 * One Fory with the serializers of ours, and what one writing or reading collects. Used by one thread at a time; after a
 * failure it is not used again.
 */
public final class GraphCoder {
    /** A heap buffer that has grown beyond this is not kept. */
    private static final int BUFFER_KEPT = 1 << 20;

    private static final int BUFFER_FIRST = 4096;

    /**
     * A graph may ask for so much heap whatever its bytes are: a queue may be long and empty. The same everywhere, so that
     * what one process stores the others read.
     */
    static final long HEAP_FREE_OF_PROOF = 64L << 20;

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

    private final GraphLinks links;
    private final int maxDepth; // that Fory reads
    private final int codecs = CodecRegistry.version();
    private final Fory fory;
    private final GraphRefs refs;
    private final WriteContext writing;
    private final ReadContext reading;
    private MemoryBuffer buffer = MemoryUtils.buffer(BUFFER_FIRST);

    /** @param shelf for coders of that loader */
    GraphCoder(ClassLoader loader, int maxDepth, Shelf shelf) {
        links = new GraphLinks(loader, shelf);
        ForyBuilder builder = Fory.builder()
                .withXlang(false)
                .withRefTracking(true)
                .withCompatible(false)
                .withCodegen(false) // but for plain objects
                .requireClassRegistration(false)
                .suppressClassRegistrationWarnings(true)
                .serializeEnumByName(true)
                .withMaxDepth(maxDepth)
                .withMaxGraphMemoryBytes(Long.MAX_VALUE)
                .withClassLoader(loader);
        if (links.allowed().isSet()) {
            builder.withTypeChecker((resolver, name) -> {
                links.checkAllowed(name); // Fory's own message would not name the setting
                return true;
            });
        }
        fory = builder.build();
        registerSerializers();
        fory.serialize(null); // ends the registration
        writing = fory.getWriteContext();
        reading = fory.getReadContext();
        refs = new GraphRefs(writing.getRefWriter(), links.codecs());
        this.maxDepth = maxDepth;
    }

    /** Whether it is one for the codecs and the allowed classes of now. */
    boolean isCurrent() {
        return codecs == CodecRegistry.version() && links.allowed().isOf(System.getProperty(AllowList.PROPERTY));
    }

    private void registerSerializers() {
        Config config = fory.getConfig();
        fory.registerSerializerAndType(ObjectRef.class, new GraphSerializers.Refs(config, links));
        fory.registerSerializerAndType(Tensor.class, new GraphSerializers.Lifted<>(config, Tensor.class, links));
        fory.registerSerializerAndType(Table.class, new GraphSerializers.Lifted<>(config, Table.class, links));
        JdkValues.register(fory);
        for (Class<?> type : ARRAYS) {
            registerArray(type);
        }
        ByteBuffer heap = ByteBuffer.allocate(0);
        ByteBuffer direct = ByteBuffer.allocateDirect(0);
        for (ByteBuffer each : List.of(heap, direct, heap.asReadOnlyBuffer(), direct.asReadOnlyBuffer())) {
            fory.registerSerializer(each.getClass(), new GraphSerializers.Lifted<>(config, each.getClass(), links));
        }
        fory.registerSerializer(AtomicReference.class, new GraphSerializers.References(config));
        fory.registerSerializer(Class.class, new GraphSerializers.Classes(config, links));
        for (Class<?> type : CollectionViews.KNOWN_TO_FORY) {
            fory.registerSerializer(
                    type, Containers.as(fory.getTypeResolver(), type, CollectionViews.serializer(config, type)));
        }
        JdkContainers.register(fory, links);
        fory.registerSerializer(
                ReplaceStub.class, new HookSerializers.Replaced(fory.getTypeResolver(), ReplaceStub.class, links));
        registerCodecs(config);
        fory.registerSerializerFactory(new GraphTypes(config, links, new PlainObjects(fory, links)));
    }

    /** Of the JDK's classes that Fory has serializers of its own for: it asks for none then. */
    @SuppressWarnings({"unchecked", "rawtypes"})
    private void registerCodecs(Config config) {
        for (Class<?> type : ((ClassResolver) fory.getTypeResolver()).getRegisteredClasses()) {
            CodecRegistry.Registered codec = type.getName().startsWith("java.") ? CodecRegistry.of(type) : null;
            if (codec != null) {
                Serializer serializer = new CodecSerializer(config, type, links.coded(type, codec));
                fory.registerSerializer(type, Containers.as(fory.getTypeResolver(), type, serializer));
            }
        }
    }

    private <T> void registerArray(Class<T> type) {
        Serializer<T> inline = fory.getSerializer(type);
        fory.registerSerializer(type, new GraphSerializers.Arrays<>(fory.getConfig(), type, inline, links));
    }

    Encoded write(Object value) {
        links.beginWriting();
        buffer.writerIndex(0);
        byte[] bytes;
        writing.prepare(buffer, null);
        try {
            try {
                writing.writeRootRef(value);
            } finally {
                links.refuseChanged(); // which says more than what an iterator may have thrown
            }
            links.refuseHalves();
            bytes = buffer.getBytes(0, buffer.writerIndex());
            List<Object> suspects = refs.reachedAgain(bytes);
            if (!suspects.isEmpty()) {
                Constructed.refuseCycles(suspects, refs);
            }
            if (refs.count() >= DeepStack.MAX_DEPTH && maxDepth == DeepStack.MAX_DEPTH) {
                DeepStack.refuse(
                        value, maxDepth); // Fory writes as deep as the stack bears, and reads no deeper than this
            }
        } finally {
            writing.reset();
            refs.forget();
        }
        if (buffer.size() > BUFFER_KEPT) {
            buffer = MemoryUtils.buffer(BUFFER_FIRST);
        }
        return new Graph(bytes, links.takeParts(), links.takeIds());
    }

    /** @param from the whole object, for its parts; only while this runs */
    Object read(byte[] bytes, Source from, RefFactory by) {
        links.beginReading(from, by, bytes.length);
        try {
            reading.prepare(MemoryUtils.wrap(bytes), null, false);
            long believed = HEAP_FREE_OF_PROOF + HEAP_BYTES_PER_BYTE * bytes.length;
            reading.reserveGraphMemory(Long.MAX_VALUE - believed);
            Object root = reading.readRootRef();
            links.validate();
            return root;
        } finally {
            reading.reset();
            links.endReading();
        }
    }

    /** A graph that has been written to memory, but for its parts. */
    public static final class Graph extends Encoded {
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

        public long bytesInLine() {
            return bytes.length;
        }

        public List<Encoded> parts() {
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
        public void closeValue() {
            parts.all().forEach(Encoded::closeValue);
        }

        @Override
        public void writeTo(long address) {
            if (parts.isEmpty()) {
                io.atoll.internal.store.Memory.copyFromArray(bytes, bytes.length, address);
            } else {
                parts.writeTo(address, bytes);
            }
        }
    }
}
