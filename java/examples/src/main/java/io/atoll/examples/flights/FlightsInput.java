package io.atoll.examples.flights;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.arrow.vector.util.TransferPair;

/**
 * The columns {@code time}, {@code delay} and {@code distance} of an input, as record batches in memory of an allocator.
 * What kind of file it is, its first bytes say.
 */
final class FlightsInput implements AutoCloseable {
    static final List<String> COLUMNS = List.of("time", "delay", "distance");

    private static final byte[] ARROW_FILE = "ARROW1".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PARQUET = "PAR1".getBytes(StandardCharsets.US_ASCII);

    private final List<VectorSchemaRoot> batches;

    private FlightsInput(List<VectorSchemaRoot> batches) {
        this.batches = batches;
    }

    List<VectorSchemaRoot> batches() {
        return batches;
    }

    long rows() {
        return batches.stream().mapToLong(VectorSchemaRoot::getRowCount).sum();
    }

    /** Bytes of the columns' buffers. */
    long bytes() {
        return batches.stream()
                .flatMap(batch -> batch.getFieldVectors().stream())
                .mapToLong(FieldVector::getBufferSize)
                .sum();
    }

    @Override
    public void close() {
        batches.forEach(VectorSchemaRoot::close);
    }

    /** Reads the whole file. The caller closes the result before the allocator. */
    static FlightsInput read(Path file, BufferAllocator allocator) throws InputException {
        if (!Files.exists(file)) {
            throw new InputException(file + ": no such file");
        }
        if (Files.isDirectory(file)) {
            throw new InputException(file + ": is a directory; name a file in it");
        }
        if (!Files.isReadable(file)) {
            throw new InputException(file + ": may not be read by this user");
        }
        byte[] head = head(file);
        if (head.length == 0) {
            throw new InputException(file + ": is empty");
        }
        if (startsWith(head, ARROW_FILE)) {
            return read(file, "Arrow file", () -> ArrowSource.file(file, allocator), allocator);
        }
        if (ArrowSource.looksLikeStream(head)) {
            return read(file, "Arrow stream", () -> ArrowSource.stream(file, allocator), allocator);
        }
        if (startsWith(head, PARQUET)) {
            return read(
                    file,
                    "Parquet file",
                    () -> new DuckDbSource(file, DuckDbSource.Format.PARQUET, allocator),
                    allocator);
        }
        if (looksLikeText(head)) {
            return read(file, "CSV file", () -> new DuckDbSource(file, DuckDbSource.Format.CSV, allocator), allocator);
        }
        throw new InputException(file + ": is not an Arrow file or stream, Parquet or CSV; it begins with "
                + hex(Arrays.copyOf(head, Math.min(8, head.length))));
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

    private static FlightsInput read(Path file, String kind, Opener opener, BufferAllocator allocator)
            throws InputException {
        List<VectorSchemaRoot> batches = new ArrayList<>();
        try (Source source = opener.open()) {
            ArrowReader reader = source.reader();
            VectorSchemaRoot root = reader.getVectorSchemaRoot();
            check(file, root.getSchema());
            while (reader.loadNextBatch()) {
                if (root.getRowCount() > 0) {
                    batches.add(take(root, allocator));
                }
            }
            FlightsInput input = new FlightsInput(batches);
            if (input.rows() == 0) {
                throw new InputException(file + ": has the columns but no rows");
            }
            return input;
        } catch (InputException e) {
            batches.forEach(VectorSchemaRoot::close);
            throw e;
        } catch (Exception | LinkageError | AssertionError e) {
            // Arrow's readers throw what the bad bytes happen to lead to: index, size and argument exceptions too.
            batches.forEach(VectorSchemaRoot::close);
            throw new InputException(file + ": is a damaged or truncated " + kind + ": " + oneLine(e), e);
        }
    }

    private static void check(Path file, Schema schema) throws InputException {
        for (String column : COLUMNS) {
            List<Field> named = schema.getFields().stream()
                    .filter(field -> field.getName().equals(column))
                    .toList();
            if (named.isEmpty()) {
                throw new InputException(file + ": has no column '" + column + "'; it has "
                        + schema.getFields().stream().map(Field::getName).collect(Collectors.joining(", ")));
            }
            if (named.size() > 1) {
                throw new InputException(file + ": has " + named.size() + " columns '" + column + "'");
            }
            if (!NumericColumn.isNumeric(named.get(0))) {
                throw new InputException(file + ": column '" + column + "' is "
                        + (named.get(0).getDictionary() != null
                                ? "dictionary-encoded"
                                : named.get(0).getType())
                        + "; a number is needed");
            }
        }
    }

    /** Moves the three columns of a batch that the reader will use again into a batch of their own. */
    private static VectorSchemaRoot take(VectorSchemaRoot root, BufferAllocator allocator) {
        List<FieldVector> columns = new ArrayList<>();
        for (String column : COLUMNS) {
            TransferPair transfer = root.getVector(column).getTransferPair(allocator);
            transfer.transfer();
            columns.add((FieldVector) transfer.getTo());
        }
        return new VectorSchemaRoot(columns);
    }

    private static byte[] head(Path file) throws InputException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(512);
        } catch (IOException e) {
            throw new InputException(file + ": cannot be read: " + oneLine(e), e);
        }
    }

    private static boolean startsWith(byte[] bytes, byte[] prefix) {
        return bytes.length >= prefix.length && Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
    }

    /** A header line with our columns' separators: text without control characters. */
    private static boolean looksLikeText(byte[] head) {
        for (byte b : head) {
            if (b >= 0 && b < ' ' && b != '\n' && b != '\r' && b != '\t') {
                return false;
            }
        }
        String line =
                new String(head, StandardCharsets.UTF_8).lines().findFirst().orElse("");
        return line.matches(".*[,;\t|].*");
    }

    private static String hex(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (byte b : bytes) {
            text.append(String.format(Locale.ROOT, text.isEmpty() ? "%02x" : " %02x", b));
        }
        return text.toString();
    }

    /** What went wrong first, on one line. */
    static String oneLine(Throwable thrown) {
        Throwable failure = thrown;
        while (!(failure instanceof InputException) && failure.getCause() != null) {
            failure = failure.getCause();
        }
        String message = failure.getMessage();
        String text = message == null ? failure.getClass().getSimpleName() : message;
        return text.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .limit(2)
                .collect(Collectors.joining("; "));
    }
}
