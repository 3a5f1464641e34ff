package io.atoll.examples.flights;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Sizes as people write them: {@code 512MiB}, {@code 2GB}, {@code 1048576}. */
final class Bytes implements ITypeConverter<Long> {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,15})\\s*([KMGT]?)(i?)B?", Pattern.CASE_INSENSITIVE);

    @Override
    public Long convert(String text) {
        Matcher size = SIZE.matcher(text.strip());
        if (!size.matches()) {
            throw new TypeConversionException("'" + text + "' is not a size; write 512MiB, 2GB or a number of bytes");
        }
        int power =
                " KMGT".indexOf(size.group(2).isEmpty() ? " " : size.group(2).toUpperCase(Locale.ROOT));
        long unit = size.group(3).isEmpty() && size.group(2).length() > 0 ? 1000 : 1024;
        try {
            long bytes = Long.parseLong(size.group(1));
            for (int i = 0; i < power; i++) {
                bytes = Math.multiplyExact(bytes, unit);
            }
            return bytes;
        } catch (ArithmeticException e) {
            throw new TypeConversionException("'" + text + "' is more bytes than there can be");
        }
    }

    /** For people: {@code 160.1 MB}. */
    static String format(long bytes) {
        if (bytes < 1000) {
            return bytes + " bytes";
        }
        double value = bytes;
        int power = 0;
        while (value >= 999.95 && power < 4) {
            value /= 1000;
            power++;
        }
        return String.format(Locale.ROOT, "%.1f %sB", value, "kMGT".charAt(power - 1));
    }
}
