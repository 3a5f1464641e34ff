package io.atoll.internal.types;

import java.io.File;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URL;
import java.net.UnknownHostException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.text.ChoiceFormat;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.text.MessageFormat;
import java.text.SimpleDateFormat;
import java.util.BitSet;
import java.util.Currency;
import java.util.DoubleSummaryStatistics;
import java.util.HexFormat;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.LongSummaryStatistics;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Scanner;
import java.util.SplittableRandom;
import java.util.StringJoiner;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.DoubleAccumulator;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BinaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.zip.CRC32;

/** The JDK's values that are no collections, at the ends of their ranges too. */
final class JdkValues {
    /** A generator of the user's, with a field of its own. */
    static class Dice extends Random {
        private static final long serialVersionUID = 1;
        private int sides = 6;

        Dice(long seed) {
            super(seed);
        }

        int roll() {
            return nextInt(sides);
        }
    }

    private JdkValues() {}

    static List<Rows.Row> all() {
        Rows rows = new Rows("java.lang, java.math");
        rows.equal(
                Byte.MIN_VALUE,
                Short.MIN_VALUE,
                Character.MAX_VALUE,
                Integer.MIN_VALUE,
                Long.MIN_VALUE,
                -0.0f,
                Float.NaN,
                Float.MIN_VALUE,
                -0.0,
                Double.NaN,
                Double.MAX_VALUE,
                Double.NEGATIVE_INFINITY,
                true,
                "",
                "\0",
                "\ud800",
                "a\ud83d\ude00\uffff",
                "\u00e4".repeat(5000),
                BigInteger.ZERO,
                BigInteger.ONE.shiftLeft(5000).negate(),
                BigDecimal.ZERO.setScale(-5),
                new BigDecimal("-0.000"),
                new BigDecimal(BigInteger.TEN.pow(200), Integer.MAX_VALUE),
                new BigDecimal(BigInteger.ONE, Integer.MIN_VALUE),
                MathContext.UNLIMITED,
                RoundingMode.HALF_EVEN,
                int.class,
                int[][].class,
                String.class,
                Runtime.version(),
                new StackTraceElement("loader", "module", "1", "Type", "method", "File.java", -2),
                Character.UnicodeScript.ARABIC,
                Thread.State.BLOCKED,
                ProcessBuilder.Redirect.Type.PIPE);
        rows.same(Character.UnicodeBlock.ARABIC);
        rows.text("StringBuilder", () -> new StringBuilder("a\ud83d\ude00"))
                .text("StringBuffer", () -> new StringBuffer("\u00e4"))
                .seen("Throwable", () -> new IOException("a", new IllegalStateException("b")), JdkValues::described)
                .seen(
                        "UncheckedIOException",
                        () -> new UncheckedIOException(new IOException("c")),
                        JdkValues::described)
                .seen("NullPointerException", JdkValues::nullPointer, JdkValues::described)
                .seen("StackOverflowError", () -> new StackOverflowError("d"), JdkValues::described)
                .seen(
                        "ExceptionInInitializerError",
                        () -> new ExceptionInInitializerError(new Error("e")),
                        JdkValues::described)
                .seen("Object", Object::new, Object::getClass)
                .refused("Thread", () -> new Thread(() -> {}))
                .refused("ThreadLocal", ThreadLocal::new)
                .refused("ClassLoader", ClassLoader::getSystemClassLoader)
                .refused("Module", String.class::getModule)
                .refused("Process", ProcessHandle::current)
                .refused("Runtime", Runtime::getRuntime)
                .refused("a lambda that is not Serializable", () -> (Supplier<String>) () -> "x")
                .refused("System.out", () -> System.out);
        rows.seen("a lambda", () -> (Supplier<String> & Serializable) () -> "x", each -> ((Supplier<?>) each).get())
                .seen(
                        "a method reference",
                        () -> (BinaryOperator<Integer> & Serializable) Math::max,
                        each -> ((BinaryOperator<Integer>) each).apply(3, 4))
                .seen(
                        "Comparator.comparing",
                        () -> java.util.Comparator.comparing(
                                        (java.util.function.Function<String, Integer> & Serializable) String::length)
                                .reversed(),
                        each -> ((java.util.Comparator<String>) each).compare("a", "bb"));
        Rows util = new Rows("java.util");
        util.equal(
                UUID.randomUUID(),
                new UUID(0, 0),
                new UUID(-1, Long.MIN_VALUE),
                BitSet.valueOf(new long[] {0, -1}),
                new BitSet(),
                Locale.ROOT,
                Locale.JAPAN,
                Locale.forLanguageTag("sr-Latn-RS-u-ca-islamic"),
                new Locale("no", "NO", "NY"),
                new Locale("ja", "JP", "JP"),
                new Locale("x", "y", "some_variant"),
                Currency.getInstance("EUR"),
                Currency.getInstance("XXX"),
                Optional.empty(),
                Optional.of("x"),
                Optional.of(Optional.of(List.of())),
                OptionalInt.of(Integer.MIN_VALUE),
                OptionalLong.empty(),
                OptionalDouble.of(-0.0),
                HexFormat.ofDelimiter(":").withUpperCase());
        util.text("IntSummaryStatistics", () -> IntStream.of(3, -5).summaryStatistics())
                .text("LongSummaryStatistics", () -> new LongSummaryStatistics(2, -1, 5, 4))
                .text("DoubleSummaryStatistics", () -> {
                    DoubleSummaryStatistics statistics = new DoubleSummaryStatistics();
                    statistics.accept(0.1);
                    statistics.accept(-0.2);
                    return statistics;
                })
                .text("IntSummaryStatistics without values", IntSummaryStatistics::new)
                .text(
                        "StringJoiner",
                        () -> new StringJoiner(",", "[", "]").add("a").add("b"))
                .text("StringJoiner without elements", () -> new StringJoiner(",").setEmptyValue("none"))
                .seen("Random", () -> new Random(5), each -> {
                    Random random = copy(each);
                    return List.of(random.nextInt(), random.nextGaussian());
                })
                .seen(
                        "Random with a Gaussian left",
                        () -> {
                            Random random = new Random(5);
                            random.nextGaussian();
                            return random;
                        },
                        each -> copy(each).nextGaussian())
                .seen(
                        "a subclass of Random",
                        () -> new Dice(7),
                        each -> copy(each).roll())
                .seen("ThreadLocalRandom", ThreadLocalRandom::current, Object::getClass)
                .refused("Scanner", () -> new Scanner("x"))
                .refused("SplittableRandom", () -> new SplittableRandom(5))
                .refused("Timer", () -> new java.util.Timer(true))
                .refused("a Stream", () -> List.of(1).stream())
                .refused("an Iterator", () -> List.of(1).iterator());
        Rows concurrent = new Rows("java.util.concurrent");
        concurrent
                .text("AtomicBoolean", () -> new AtomicBoolean(true))
                .text("AtomicInteger", () -> new AtomicInteger(Integer.MIN_VALUE))
                .text("AtomicLong", () -> new AtomicLong(Long.MIN_VALUE))
                .text("AtomicReference", () -> new AtomicReference<>("x"))
                .text("AtomicIntegerArray", () -> new AtomicIntegerArray(new int[] {1, -2}))
                .text("AtomicLongArray", () -> new AtomicLongArray(new long[] {1, -2}))
                .text("AtomicReferenceArray", () -> new AtomicReferenceArray<>(new Object[] {1, null, "x"}))
                .text("LongAdder", () -> {
                    LongAdder adder = new LongAdder();
                    adder.add(-7);
                    return adder;
                })
                .text("DoubleAdder", () -> {
                    DoubleAdder adder = new DoubleAdder();
                    adder.add(-0.5);
                    return adder;
                })
                .text("LongAccumulator", () -> {
                    LongAccumulator max =
                            new LongAccumulator((LongBinaryOperator & Serializable) Math::max, Long.MIN_VALUE);
                    max.accumulate(5);
                    return max;
                })
                .text(
                        "DoubleAccumulator",
                        () -> new DoubleAccumulator(
                                (java.util.function.DoubleBinaryOperator & Serializable) Double::sum, 3))
                .seen("ReentrantLock", () -> new ReentrantLock(true), each -> each.isFair() + " " + each.isLocked())
                .seen("ReentrantReadWriteLock", ReentrantReadWriteLock::new, ReentrantReadWriteLock::isFair)
                .seen("Semaphore", () -> new Semaphore(3, true), each -> each.availablePermits() + " " + each.isFair())
                .refused("ExecutorService", Executors::newCachedThreadPool)
                .refused("CompletableFuture", java.util.concurrent.CompletableFuture::new)
                .refused("CountDownLatch", () -> new java.util.concurrent.CountDownLatch(1));
        Rows other = new Rows("java.io, java.net, java.nio, java.text");
        other.equal(
                new File("a/../b c"),
                Path.of("/a/b c"),
                Path.of(""),
                URI.create("http://user@example.org:80/a%20b?c#d"),
                URI.create("mailto:a@b"),
                StandardCharsets.UTF_16LE,
                StandardOpenOption.CREATE_NEW,
                FileTime.fromMillis(-5),
                PosixFilePermission.OWNER_READ,
                InetSocketAddress.createUnresolved("no.such.host", 65_535),
                new InetSocketAddress("127.0.0.1", 0),
                address("1.2.3.4"),
                address("::1"),
                new DecimalFormat("#,##0.00;(#)", DecimalFormatSymbols.getInstance(Locale.GERMANY)),
                DecimalFormatSymbols.getInstance(Locale.ROOT),
                new SimpleDateFormat("yyyy-MM-dd'T'HH", Locale.ROOT),
                new MessageFormat("{0,number} {1}"),
                new ChoiceFormat("0#none|1#one"));
        other.same(ByteOrder.BIG_ENDIAN);
        other.text("URL", () -> url("https://example.org:443/a?b#c"))
                .seen(
                        "Pattern",
                        () -> Pattern.compile("a(?<n>b)+", Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE),
                        each -> each.pattern() + each.flags())
                .seen("Inet6Address with a scope", JdkValues::scoped, each -> each.getScopeId() + " " + each)
                .refused("Socket", Socket::new)
                .refused("CRC32", CRC32::new)
                .refused("Matcher", () -> Pattern.compile("a").matcher("aa"));
        rows.all().addAll(util.all());
        rows.all().addAll(concurrent.all());
        rows.all().addAll(other.all());
        return rows.all();
    }

    /** The generator stays as it is, so that it may be asked twice. */
    @SuppressWarnings("unchecked")
    private static <T extends Random> T copy(T random) {
        try {
            java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
            try (java.io.ObjectOutputStream out = new java.io.ObjectOutputStream(bytes)) {
                out.writeObject(random);
            }
            return (T)
                    new java.io.ObjectInputStream(new java.io.ByteArrayInputStream(bytes.toByteArray())).readObject();
        } catch (IOException | ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }

    @SuppressWarnings("ReturnValueIgnored") // it throws
    private static NullPointerException nullPointer() {
        try {
            Object none = Optional.empty().orElse(null);
            none.hashCode();
            throw new AssertionError("nothing was thrown");
        } catch (NullPointerException e) {
            return e;
        }
    }

    private static Object described(Throwable error) {
        return List.of(
                error.toString(),
                List.of(error.getStackTrace()),
                error.getCause() == null ? "" : error.getCause().toString());
    }

    private static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static Inet6Address scoped() {
        try {
            return Inet6Address.getByAddress(
                    "a", new byte[] {(byte) 0xfe, (byte) 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 3);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static URL url(String text) {
        try {
            return URI.create(text).toURL();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
