package io.atoll.internal.objects;

import io.atoll.AtollException;
import io.atoll.ObjectId;
import io.atoll.ObjectStoreFullException;
import io.atoll.internal.graph.ErrorKind;
import io.atoll.internal.memory.Kind;
import io.atoll.internal.memory.Lease;
import io.atoll.internal.memory.Source;
import io.atoll.internal.store.Memory;
import io.atoll.internal.store.NativeServer;
import io.atoll.internal.store.NativeStore;
import io.atoll.internal.store.ObjectStore;
import io.atoll.table.Table;
import io.atoll.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/**
 * Objects of any bytes, which {@code ci/torture fuzz-objects} makes up: to get one gives a value or an exception of ours,
 * and a value can be read. The objects lie in a store in shared memory, where to write to a view ends the process.
 */
public final class Fuzz {
    private static final int MOST_READ = 64;

    private static final NativeStore STORE;
    private static final ObjectCodec CODEC;

    static {
        try {
            Path directory = Files.createTempDirectory(
                    "atoll-fuzz", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            NativeServer server = NativeServer.start(NativeServer.options(directory.resolve("s"), 64 << 20));
            STORE = NativeStore.attach(server.socket());
            CODEC = new ObjectCodec(STORE, id -> null);
            Files.delete(server.socket());
            Files.delete(directory);
        } catch (IOException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private Fuzz() {}

    /** What is to be done with a value. */
    interface Reader {
        void read(Object value);
    }

    /** Gets an object of some bytes. Throws what must not happen. */
    static void get(int kind, int detail, byte[] data, int from, Reader reader) {
        ObjectId id = put(kind, detail, data, from);
        try {
            reader.read(CODEC.get(id, Duration.ZERO));
        } catch (AtollException e) {
            // As it should be.
        } finally {
            STORE.dereference(id);
        }
    }

    /** A stored error is read, and not thrown. */
    static void error(int detail, byte[] data, int from) {
        ObjectId id = put(Kind.ERROR, detail, data, from);
        try (ObjectStore.Pin pin = STORE.get(id, Duration.ZERO)) {
            Lease lease = new Lease(() -> {});
            ErrorKind.decode(detail, new Source(pin.address(), pin.size(), lease), found -> null);
        } catch (AtollException e) {
            // As it should be.
        } finally {
            STORE.dereference(id);
        }
    }

    private static ObjectId put(int kind, int detail, byte[] data, int from) {
        while (true) {
            try {
                return tryPut(kind, detail, data, from);
            } catch (ObjectStoreFullException e) {
                System.gc(); // what still pins is unreachable
                LockSupport.parkNanos(1_000_000);
            }
        }
    }

    private static ObjectId tryPut(int kind, int detail, byte[] data, int from) {
        int size = Math.max(0, data.length - from);
        try (ObjectStore.Creation creation = STORE.create(null, size, 0, Kind.tag(kind, detail), Duration.ZERO)) {
            byte[] rest = new byte[size];
            System.arraycopy(data, data.length - size, rest, 0, size);
            Memory.copyFromArray(rest, size, creation.address());
            creation.seal();
            return creation.id();
        }
    }

    /** What others have left for the collector is none when nothing but Arrow is read. */
    static long pins() {
        return STORE.pins();
    }

    /** Throws when a value that is closed still holds its object. */
    static void checkPins(long before) {
        if (STORE.pins() > before) {
            throw new IllegalStateException(STORE.pins() + " pins, where " + before + " were before");
        }
    }

    /** A table, a batch or a vector: some of each column's rows, its first and last. */
    public static void readArrow(Object value) {
        try (AutoCloseable closing = (AutoCloseable) value) {
            if (value instanceof Table table) {
                table.batches().forEach(Fuzz::readBatch);
                var unused = table.schema().toString();
            } else if (value instanceof VectorSchemaRoot root) {
                readBatch(root);
            } else {
                readVector((FieldVector) value);
            }
        } catch (Exception e) {
            throw e instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(e);
        }
    }

    private static void readBatch(VectorSchemaRoot root) {
        List<FieldVector> vectors = root.getFieldVectors();
        vectors.forEach(Fuzz::readVector);
    }

    private static void readVector(FieldVector vector) {
        int count = vector.getValueCount();
        for (int i = 0; i < Math.min(count, MOST_READ); i++) {
            readRow(vector, i);
        }
        if (count > MOST_READ) {
            readRow(vector, count - 1);
        }
        vector.getNullCount();
    }

    /** Any exception will do where a row makes no sense, but for one that says that checked offsets lead astray. */
    private static void readRow(FieldVector vector, int row) {
        try {
            var unused = String.valueOf(vector.getObject(row));
        } catch (IndexOutOfBoundsException e) {
            if (Boolean.getBoolean("atoll.arrow.check.rows")) {
                throw e;
            }
        } catch (RuntimeException e) {
            // A date out of range, say.
        } catch (OutOfMemoryError e) {
            if (Boolean.getBoolean("atoll.arrow.check.rows")) {
                throw e;
            }
        }
    }

    /** A tensor: its first and last element, and all of it as a buffer. */
    static void readTensor(Object value) {
        try (Tensor tensor = (Tensor) value) {
            long[] first = new long[tensor.rank()];
            long[] last = tensor.shape();
            for (int i = 0; i < last.length; i++) {
                last[i]--;
            }
            if (tensor.size() > 0) {
                tensor.getReal(first);
                tensor.getReal(last);
                tensor.getImaginary(last);
                tensor.transpose().release();
            }
            if (tensor.isContiguous()) {
                java.nio.ByteBuffer bytes = tensor.asByteBuffer();
                for (int i = 0; i < bytes.limit(); i++) {
                    bytes.get(i);
                }
            } else if (!tensor.contentEquals(tensor) && tensor.type().isFloating()) {
                throw new IllegalStateException(tensor + " is not equal to itself");
            }
        }
    }
}
