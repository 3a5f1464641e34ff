package io.atoll.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.ObjectId;
import io.atoll.StoreException;
import io.atoll.UnserializableException;
import io.atoll.internal.memory.ArrowMemory;
import io.atoll.internal.memory.Kind;
import io.atoll.internal.objects.Fixture;
import io.atoll.internal.store.Memory;
import io.atoll.internal.store.ObjectStore;
import io.atoll.jni.NativeLibrary;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.util.ByteArrayReadableSeekableByteChannel;
import org.junit.jupiter.api.Test;

/**
 * Inputs that once crashed a reader of Arrow. Stored bytes are not trusted: each is a table, or a {@link StoreException} and
 * nothing else, and nothing of it stays. What a reader cannot go on with is an {@link IOException}.
 */
class CrashersTest {
    private static final int KINDS = 3; // table, batch and vector
    private static final long MOST_BYTES = 16 << 20;

    static {
        NativeLibrary.isAvailable(); // opens java.nio to Arrow
    }

    @Test
    void shouldEndInOneTypeOfException() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (Path file : Golden.files("crashers", "")) {
            byte[] bytes = Files.readAllBytes(file);
            for (int kind = 0; kind < KINDS; kind++) {
                try (Fixture fixture = new Fixture()) {
                    String outcome = stored(fixture, bytes, kind);
                    if (outcome != null) {
                        wrong.add(file.getFileName() + " as kind " + kind + ": " + outcome);
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void shouldBeWhatAReaderCannotGoOnWith() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (Path file : Golden.files("crashers", "")) {
            for (boolean isFile : List.of(false, true)) {
                try (Fixture fixture = new Fixture()) {
                    String outcome = byReader(fixture, Files.readAllBytes(file), isFile);
                    if (outcome != null) {
                        wrong.add(file.getFileName() + ": " + outcome);
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    /** Null when it is as it should. */
    static String stored(Fixture fixture, byte[] bytes, int kind) {
        long before = ArrowMemory.allocator().getAllocatedMemory();
        try {
            ObjectId id;
            try (ObjectStore.Creation creation =
                    fixture.store.create(null, bytes.length, 0, Kind.tag(Kind.ARROW, kind), Duration.ZERO)) {
                Memory.copyFromArray(bytes, bytes.length, creation.address());
                creation.seal();
                id = creation.id();
            }
            try {
                read(fixture.codec.get(id, Duration.ZERO));
            } catch (StoreException e) {
                // as it should
            } finally {
                fixture.store.dereference(id);
            }
        } catch (RuntimeException | Error e) {
            return e.toString();
        }
        long left = ArrowMemory.allocator().getAllocatedMemory() - before;
        return left == 0 && fixture.pins() == 0
                ? null
                : left + " bytes are left in the allocator, and " + fixture.pins() + " pins";
    }

    private static void read(Object value) throws StoreException {
        if (value instanceof Table table) {
            try (table) {
                table.batches().forEach(CrashersTest::readRows);
            }
        } else if (value instanceof VectorSchemaRoot root) {
            try (root) {
                readRows(root);
            }
        } else if (value instanceof FieldVector vector) {
            vector.close();
        }
    }

    /** A row may lead nowhere, which its reader is told when it is read. */
    private static void readRows(VectorSchemaRoot root) {
        for (FieldVector vector : root.getFieldVectors()) {
            for (int i = 0; i < Math.min(1000, vector.getValueCount()); i++) {
                try {
                    vector.getObject(i);
                } catch (RuntimeException e) {
                    // as documented
                }
            }
        }
    }

    private static ArrowReader reader(byte[] bytes, boolean isFile, RootAllocator allocator) {
        return isFile
                ? new ArrowFileReader(new ByteArrayReadableSeekableByteChannel(bytes), allocator)
                : new ArrowStreamReader(new ByteArrayInputStream(bytes), allocator);
    }

    private static RootAllocator allocator() {
        return new RootAllocator(MOST_BYTES); // Arrow makes room for as many rows as are said to be
    }

    /** What Arrow's reader alone has allocated when it fails, and does not give back when it is closed. */
    private static long leftByArrow(byte[] bytes, boolean isFile) {
        RootAllocator allocator = allocator();
        try (ArrowReader reader = reader(bytes, isFile, allocator)) {
            while (reader.loadNextBatch()) {
                reader.getVectorSchemaRoot();
            }
        } catch (IOException | RuntimeException | Error e) {
            // so it is
        }
        return allocator.getAllocatedMemory();
    }

    /** Null when it is as it should, and no more is left in the reader's allocator than Arrow leaves there. */
    static String byReader(Fixture fixture, byte[] bytes, boolean isFile) {
        long most = leftByArrow(bytes, isFile);
        for (boolean isWhole : List.of(false, true)) {
            RootAllocator allocator = allocator();
            try (ArrowReader reader = reader(bytes, isFile, allocator)) {
                if (isWhole) {
                    try (Table table = Table.readAll(reader)) {
                        putAndGet(fixture, table);
                    }
                } else {
                    fixture.store.dereference(TableWriter.write(reader, fixture.store, fixture.codec.room()));
                }
            } catch (IOException | UnserializableException e) {
                // as it should
            } catch (RuntimeException | Error e) {
                return (isFile ? "a file" : "a stream") + (isWhole ? ", read whole: " : ": ") + e;
            }
            if (allocator.getAllocatedMemory() > most) {
                return allocator.getAllocatedMemory() + " bytes are left in the reader's allocator, and " + most
                        + " by Arrow alone";
            }
        }
        return fixture.objects() == 0 ? null : fixture.objects() + " objects are left";
    }

    /** What is put can be got. */
    private static void putAndGet(Fixture fixture, Table table) {
        ObjectId id = fixture.codec.put(table);
        try {
            ((Table) fixture.codec.get(id, Duration.ZERO)).close();
        } finally {
            fixture.store.dereference(id);
        }
    }
}
