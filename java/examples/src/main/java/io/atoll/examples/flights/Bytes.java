package io.atoll.examples.flights;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Sizes as people write them: {@code 512MiB} and {@code 512M}, {@code 2GB}, {@code 1048576}. */
final class Bytes implements ITypeConverter<Long> {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,18})\\s*([KMGT]?)(iB|B)?", Pattern.CASE_INSENSITIVE);
    private static final long MIB = 1 << 20;
    private static final long MOST = 1L << 46; // bytes that a process can map

    @Override
    public Long convert(String text) {
        Matcher size = SIZE.matcher(text.strip());
        if (!size.matches()) {
            throw new TypeConversionException("'" + text + "' is not a size; write 512MiB, 2GB or a number of bytes");
        }
        int power = size.group(2).isEmpty() ? 0 : " KMGT".indexOf(size.group(2).toUpperCase(Locale.ROOT));
        long unit = "B".equalsIgnoreCase(size.group(3)) ? 1000 : 1024;
        try {
            long bytes = Long.parseLong(size.group(1));
            for (int i = 0; i < power; i++) {
                bytes = Math.multiplyExact(bytes, unit);
            }
            if (bytes == 0) {
                throw new TypeConversionException("a store of no bytes holds nothing");
            } else if (bytes > MOST) {
                throw new TypeConversionException("'" + text + "' is more than any machine has");
            }
            return bytes;
        } catch (ArithmeticException e) {
            throw new TypeConversionException("'" + text + "' is more bytes than there can be");
        }
    }

    /** For people: {@code 160.1 MB}. */
    static String format(long bytes) {
        if (Math.abs(bytes) < 1000) {
            return bytes + " bytes";
        }
        double value = bytes;
        int power = 0;
        while (Math.abs(value) >= 999.95 && power < 4) {
            value /= 1000;
            power++;
        }
        return String.format(Locale.ROOT, "%.1f %sB", value, "kMGT".charAt(power - 1));
    }

    /** A size for a store that is to hold so much and some results: {@code 256MiB}. */
    static String roomFor(long bytes) {
        long mib = 64;
        while (mib < (bytes + bytes / 4) / MIB + 32) {
            mib *= 2;
        }
        return mib < 1024 ? mib + "MiB" : mib / 1024 + "GiB";
    }
}
