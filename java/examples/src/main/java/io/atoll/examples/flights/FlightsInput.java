package io.atoll.examples.flights;

import io.atoll.table.Table;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.arrow.vector.util.ByteArrayReadableSeekableByteChannel;
import org.apache.arrow.vector.util.TransferPair;
import org.apache.arrow.vector.util.ValueVectorUtility;

/**
 * The columns {@code time}, {@code delay} and {@code distance} of an input, as record batches in memory of an allocator.
 * Closing it twice is fine.
 */
public final class FlightsInput implements AutoCloseable {
    static final List<String> COLUMNS = List.of("time", "delay", "distance");

    private static final String SAMPLE = "flights-200k.arrow";
    private static final int SHOWN_NAMES = 12;

    private final List<VectorSchemaRoot> batches;

    private FlightsInput(List<VectorSchemaRoot> batches) {
        this.batches = batches;
    }

    /** Batches from some kind of file; closing it releases what it holds. */
    interface Source extends AutoCloseable {
        ArrowReader reader();

        @Override
        void close() throws Exception;
    }

    /** Opens one. */
    private interface Opener {
        Source open() throws Exception;
    }

    /** Reads the whole file. The caller closes the result before the allocator. */
    static FlightsInput read(Path file, BufferAllocator allocator) throws InputException {
        InputFormat format = InputFormat.of(file);
        return read(file + ": ", format.toString(), () -> open(file, format, allocator), allocator);
    }

    /** Reads the flights that come with the example. */
    public static FlightsInput readSample(BufferAllocator allocator) throws InputException {
        return read("", "sample", () -> openSample(allocator), allocator);
    }

    private static Source open(Path file, InputFormat format, BufferAllocator allocator) throws Exception {
        return switch (format) {
            case ARROW_FILE -> ArrowSource.file(file, allocator);
            case ARROW_STREAM -> ArrowSource.stream(file, allocator);
            case PARQUET -> new DuckDbSource(file, "read_parquet", allocator);
            case CSV -> new DuckDbSource(file, "read_csv", allocator);
        };
    }

    private static Source openSample(BufferAllocator allocator) throws IOException {
        try (InputStream in = FlightsInput.class.getResourceAsStream(SAMPLE)) {
            return ArrowSource.file(new ByteArrayReadableSeekableByteChannel(in.readAllBytes()), allocator);
        }
    }

    private static FlightsInput read(String where, String format, Opener opener, BufferAllocator allocator)
            throws InputException {
        FlightsInput input = new FlightsInput(new ArrayList<>());
        try (Source source = opener.open()) {
            ArrowReader reader = source.reader();
            VectorSchemaRoot root = reader.getVectorSchemaRoot();
            check(root.getSchema());
            while (reader.loadNextBatch()) {
                if (root.getRowCount() > 0) {
                    input.batches.add(take(root, allocator));
                }
            }
            if (input.rows() == 0) {
                throw new InputException("has no rows");
            }
            return input;
        } catch (InputException e) {
            input.close();
            throw new InputException(where + e.getMessage(), e);
        } catch (Exception | LinkageError | AssertionError | OutOfMemoryError e) {
            // Arrow's readers throw what the bad bytes happen to lead to: index, size and argument exceptions too.
            input.close();
            throw new InputException(where + "is a damaged or truncated " + format + " (" + oneLine(e) + ")", e);
        }
    }

    private static void check(Schema schema) throws InputException {
        checkNames(schema.getFields().stream().map(Field::getName).toList());
        for (String column : COLUMNS) {
            Field field = schema.findField(column);
            if (!NumericColumn.isNumeric(field)) {
                throw new InputException("column '" + column + "' is "
                        + (field.getDictionary() != null ? "dictionary-encoded" : field.getType())
                        + ", and a number is needed");
            }
        }
    }

    static void checkNames(List<String> names) throws InputException {
        for (String column : COLUMNS) {
            int found = Collections.frequency(names, column);
            if (found == 0) {
                throw new InputException("has no column '" + column + "'; it has "
                        + (names.isEmpty()
                                ? "none"
                                : names.stream().limit(SHOWN_NAMES).collect(Collectors.joining(", "))
                                        + (names.size() > SHOWN_NAMES ? ", ..." : "")));
            } else if (found > 1) {
                throw new InputException("has " + found + " columns '" + column + "'");
            }
        }
    }

    /** Moves the three columns of a batch that the reader will use again into a batch of their own. */
    private static VectorSchemaRoot take(VectorSchemaRoot root, BufferAllocator allocator) {
        List<FieldVector> columns = new ArrayList<>();
        for (String column : COLUMNS) {
            FieldVector vector = root.getVector(column);
            ValueVectorUtility.validate(vector); // that its buffers are as long as its rows need
            TransferPair transfer = vector.getTransferPair(allocator);
            transfer.transfer();
            columns.add((FieldVector) transfer.getTo());
        }
        return new VectorSchemaRoot(columns);
    }

    public List<VectorSchemaRoot> batches() {
        return batches;
    }

    public long rows() {
        return batches.stream().mapToLong(VectorSchemaRoot::getRowCount).sum();
    }

    /** Bytes of the columns' buffers. */
    long bytes() {
        return batches.stream()
                .flatMap(batch -> batch.getFieldVectors().stream())
                .mapToLong(FieldVector::getBufferSize)
                .sum();
    }

    /** All batches, so often over: they lie in memory only once, and stay this input's. */
    Table repeated(int times) {
        List<VectorSchemaRoot> all = Collections.nCopies(times, batches).stream()
                .flatMap(List::stream)
                .toList();
        return Table.of(new DictionaryProvider.MapDictionaryProvider(), all);
    }

    @Override
    public void close() {
        batches.forEach(VectorSchemaRoot::close);
    }

    static String oneLine(Throwable failure) {
        String message = failure.getMessage();
        String text = message == null ? failure.getClass().getSimpleName() : message;
        return text.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .limit(2)
                .collect(Collectors.joining(" "));
    }
}
