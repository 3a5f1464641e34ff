package io.atoll.examples.flights;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;

/** What kind of file an input is: its first bytes say it, whatever its name. */
enum InputFormat {
    ARROW_FILE("Arrow file"),
    ARROW_STREAM("Arrow stream"),
    PARQUET("Parquet file"),
    CSV("CSV file");

    private static final int HEAD_BYTES = 512;
    private static final int SHOWN_BYTES = 8;
    private static final int SHOWN_CHARS = 24;
    private static final byte[] ARROW_FILE_MAGIC = {'A', 'R', 'R', 'O', 'W', '1'};
    private static final byte[] PARQUET_MAGIC = {'P', 'A', 'R', '1'};
    /** Before each message of a stream, since Arrow 0.15. */
    private static final byte[] CONTINUATION = {-1, -1, -1, -1};

    private final String text;

    InputFormat(String text) {
        this.text = text;
    }

    /** Looks at the file's first bytes only; needs no library. */
    static InputFormat of(Path file) throws InputException {
        if (!Files.exists(file)) {
            throw new InputException(file + ": no such file");
        }
        if (Files.isDirectory(file)) {
            throw new InputException(file + ": is a directory, not a file");
        }
        if (!Files.isRegularFile(file)) {
            throw new InputException(file + ": is not a regular file");
        }
        byte[] head = head(file);
        if (head.length == 0) {
            throw new InputException(file + ": is empty");
        }
        if (startsWith(head, ARROW_FILE_MAGIC)) {
            checkEnd(file, ARROW_FILE, ARROW_FILE_MAGIC);
            return ARROW_FILE;
        } else if (startsWith(head, CONTINUATION)) {
            return ARROW_STREAM;
        } else if (startsWith(head, PARQUET_MAGIC)) {
            checkEnd(file, PARQUET, PARQUET_MAGIC);
            return PARQUET;
        } else if (looksLikeCsv(head)) {
            return CSV;
        }
        throw new InputException(
                file + ": is not an Arrow file or stream, nor Parquet or CSV; it begins with " + shown(head));
    }

    private static byte[] head(Path file) throws InputException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(HEAD_BYTES);
        } catch (IOException e) {
            throw new InputException(file + ": cannot be read (" + e.getClass().getSimpleName() + ")", e);
        }
    }

    /** Both formats end as they begin. */
    private static void checkEnd(Path file, InputFormat format, byte[] magic) throws InputException {
        byte[] end = new byte[magic.length];
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            in.seek(Math.max(0, in.length() - end.length));
            in.readFully(end);
        } catch (IOException e) {
            throw new InputException(file + ": cannot be read (" + e.getClass().getSimpleName() + ")", e);
        }
        if (!Arrays.equals(end, magic)) {
            throw new InputException(file + ": is a truncated " + format + ": its end is missing");
        }
    }

    private static boolean startsWith(byte[] bytes, byte[] prefix) {
        return Arrays.equals(bytes, 0, Math.min(bytes.length, prefix.length), prefix, 0, prefix.length);
    }

    /** A first line of text with separators; what JSON and XML begin with is no column's name. */
    private static boolean looksLikeCsv(byte[] head) {
        String line = new String(head, StandardCharsets.UTF_8)
                .lines()
                .findFirst()
                .orElse("")
                .strip();
        return isText(head) && line.matches(".+[,;\t|].*") && !line.matches("[\\[{<].*");
    }

    private static boolean isText(byte[] head) {
        for (byte b : head) {
            if (b >= 0 && b < ' ' && b != '\n' && b != '\r' && b != '\t') {
                return false;
            }
        }
        return true;
    }

    private static String shown(byte[] head) {
        if (isText(head)) {
            String line = new String(head, StandardCharsets.UTF_8)
                    .strip()
                    .lines()
                    .findFirst()
                    .orElse("");
            return "'" + line.substring(0, Math.min(SHOWN_CHARS, line.length())) + "'";
        }
        return "the bytes " + HexFormat.ofDelimiter(" ").formatHex(head, 0, Math.min(SHOWN_BYTES, head.length));
    }

    @Override
    public String toString() {
        return text;
    }
}
