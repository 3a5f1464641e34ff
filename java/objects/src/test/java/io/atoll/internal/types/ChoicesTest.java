package io.atoll.internal.types;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.codec.Codecs;
import io.atoll.internal.codecs.CodecRegistry;
import io.atoll.internal.objects.Fixture;
import io.atoll.tensor.Tensor;
import java.io.IOException;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.math.BigDecimal;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Calendar;
import java.util.Collection;
import java.util.GregorianCalendar;
import java.util.HashMap;
import java.util.IntSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.UUID;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each choice of ours of how a class is written, against each place that an object of it may have: by itself, in a field, a
 * final field, a generic one, a component of a record, an element of an array, of a list and of a map. The classes that
 * have those places are made here, for each declared type, public ones and hidden ones.
 */
class ChoicesTest {
    @TempDir
    static Path folder;

    private static URLClassLoader loader;
    private static ClassLoader before;

    /** A declared type and a value of it. */
    private record Choice(String declared, Object value) {}

    private static List<Choice> choices() {
        return List.of(
                new Choice("Choices.Plain", new Choices.Plain()),
                new Choice("Choices.Pair", new Choices.Pair(1, new Choices.Plain())),
                new Choice("Choices.Tags", tagged(new Choices.Tags())),
                new Choice("Choices.LastTags", new Choices.LastTags()),
                new Choice("Choices.LastNames", filled(new Choices.LastNames())),
                new Choice("Choices.LastSet", filled(new Choices.LastSet())),
                new Choice("Choices.LastQueue", filled(new Choices.LastQueue())),
                new Choice("Choices.Ordered", new Choices.Ordered()),
                new Choice("Map<String, String>", tagged(new Choices.Tags())),
                new Choice("Collection<String>", filled(new Choices.LastNames())),
                new Choice("Choices.Failure", new Choices.Failure(3)),
                new Choice("Choices.LastFailure", new Choices.LastFailure()),
                new Choice("Choices.HookedFailure", new Choices.HookedFailure()),
                new Choice("Throwable", new Choices.Failure(3)),
                new Choice("Exception", new IOException("x", new Choices.LastFailure())),
                new Choice("Error", new AssertionError("x")),
                new Choice("StackTraceElement", new StackTraceElement("a", "b", "c", 1)),
                new Choice("Choices.Hooked", new Choices.Hooked()),
                new Choice("Choices.Replaced", new Choices.Replaced()),
                new Choice("Choices.Outside", new Choices.Outside()),
                new Choice("Choices.Dice", new Choices.Dice()),
                new Choice("Choices.Coded", new Choices.Coded(11)),
                new Choice("Choices.CodedMap", tagged(new Choices.CodedMap())),
                new Choice("Choices.CodedFailure", new Choices.CodedFailure(12)),
                new Choice("Object", new Choices.Coded(13)),
                new Choice("io.atoll.tensor.Tensor", Tensor.of(new double[] {1, 2})),
                new Choice("java.nio.ByteBuffer", ByteBuffer.wrap(new byte[] {1, 2})),
                new Choice("java.nio.DoubleBuffer", DoubleBuffer.wrap(new double[] {1, 2})),
                new Choice("double[]", new double[] {1, 2}),
                new Choice("long[]", new long[2000]),
                new Choice("java.util.Map.Entry<String, Integer>", Map.entry("a", 1)),
                new Choice("java.util.WeakHashMap<String, Integer>", new WeakHashMap<>(Map.of("a", 1))),
                new Choice("java.util.LinkedHashMap<String, Integer>", new LinkedHashMap<>(Map.of("a", 1))),
                new Choice("List<Integer>", List.of(1, 2, 3)),
                new Choice("Set<String>", new HashMap<>(Map.of("a", 1)).keySet()),
                new Choice("Set<Integer>", Map.of(1, 2).keySet()),
                new Choice("Collection<Integer>", new TreeMap<>(Map.of(1, 2)).values()),
                new Choice(
                        "java.util.concurrent.ConcurrentHashMap.KeySetView<String, Integer>",
                        new ConcurrentHashMap<>(Map.of("a", 1)).keySet(1)),
                new Choice("java.util.concurrent.atomic.AtomicReference<String>", new AtomicReference<>("x")),
                new Choice("Class<?>", String.class),
                new Choice("java.util.Locale", Locale.GERMANY),
                new Choice("java.util.TimeZone", TimeZone.getTimeZone("Asia/Tokyo")),
                new Choice("java.util.Calendar", calendar()),
                new Choice("java.util.IntSummaryStatistics", new IntSummaryStatistics(2, 1, 3, 4)),
                new Choice("java.util.StringJoiner", new StringJoiner(",").add("a")),
                new Choice("java.nio.ByteOrder", java.nio.ByteOrder.BIG_ENDIAN),
                new Choice("java.math.BigDecimal", new BigDecimal("1.10")),
                new Choice("java.util.UUID", new UUID(1, 2)),
                new Choice(
                        "java.time.ZonedDateTime", ZonedDateTime.of(2024, 1, 2, 3, 4, 5, 6, ZoneId.of("Asia/Tokyo"))));
    }

    private static <M extends Map<String, String>> M tagged(M map) {
        map.put("k", "by the codec");
        return map;
    }

    private static <C extends Collection<String>> C filled(C collection) {
        collection.addAll(List.of("b", "a"));
        return collection;
    }

    private static Calendar calendar() {
        Calendar calendar = new GregorianCalendar(TimeZone.getTimeZone("UTC"));
        calendar.setTimeInMillis(5);
        return calendar;
    }

    @BeforeAll
    static void compile() throws IOException {
        Codecs.register(Choices.Coded.class, new Choices.Coder());
        Codecs.register(Choices.CodedMap.class, new Choices.MapCoder());
        Codecs.register(Choices.CodedFailure.class, new Choices.FailureCoder());
        StringBuilder hidden = new StringBuilder();
        List<String> files = new ArrayList<>();
        List<Choice> choices = choices();
        for (int i = 0; i < choices.size(); i++) {
            String type = choices.get(i).declared();
            files.add(write("Open" + i, places("public class Open" + i, type)));
            files.add(write(
                    "Rec" + i,
                    HEAD + "public record Rec" + i + "(" + type + " value, " + type + "[] array, " + "List<" + type
                            + "> list) {}"));
            hidden.append(places("final class Shut" + i, type).replace(HEAD, ""));
            hidden.append("record Inner").append(i).append("(").append(type).append(" value) {}\n");
        }
        files.add(write("Shut", HEAD + hidden));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<String> arguments = new ArrayList<>(List.of(
                "-nowarn",
                "-proc:none",
                "-d",
                folder.toString(),
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))));
        arguments.addAll(files);
        assertThat(compiler.run(null, null, null, arguments.toArray(new String[0])))
                .isZero();
        loader = new URLClassLoader(new java.net.URL[] {folder.toUri().toURL()}, ChoicesTest.class.getClassLoader());
        before = Thread.currentThread().getContextClassLoader();
        Thread.currentThread().setContextClassLoader(loader);
    }

    @AfterAll
    static void close() throws IOException {
        Thread.currentThread().setContextClassLoader(before);
        loader.close();
        CodecRegistry.unregister(Choices.Coded.class);
        CodecRegistry.unregister(Choices.CodedMap.class);
        CodecRegistry.unregister(Choices.CodedFailure.class);
    }

    private static final String HEAD = "import io.atoll.internal.types.Choices;\nimport java.util.*;\n";

    /** With getters and setters that nobody may call, and a constructor that nobody may run. */
    private static String places(String declaration, String type) {
        String name = declaration.substring(declaration.lastIndexOf(' ') + 1);
        return HEAD + declaration + " {\n"
                + "  public " + type + " open;\n"
                + "  private " + type + " secret;\n"
                + "  final " + type + " last;\n"
                + "  private " + type + "[] array;\n"
                + "  Object any;\n"
                + "  List<" + type + "> list;\n"
                + "  Map<String, " + type + "> map;\n"
                + "  Optional<? extends " + type + "> maybe;\n"
                + "  public " + name + "() { throw new AssertionError(\"not to be run\"); }\n"
                + "  " + name + "(" + type + " v, " + type
                + "[] a) { open = v; secret = v; last = v; array = a; any = v;\n"
                + "    list = new ArrayList<>(Arrays.asList(v, v)); map = new HashMap<>(); map.put(\"k\", v);"
                + " maybe = Optional.of(v); }\n"
                + "  public " + type + " getSecret() { throw new AssertionError(\"not to be called\"); }\n"
                + "  public void setSecret(" + type + " v) { throw new AssertionError(\"not to be called\"); }\n"
                + "}\n";
    }

    private static String write(String name, String source) throws IOException {
        return Files.writeString(folder.resolve(name + ".java"), source).toString();
    }

    @Test
    void shouldBringEachChoiceBackFromEachPlace() throws Exception {
        List<String> wrong = new ArrayList<>();
        List<Choice> choices = choices();
        for (int i = 0; i < choices.size(); i++) {
            Choice choice = choices.get(i);
            for (Object holder : holders(i, choice)) {
                String outcome = trip(choice, holder);
                if (outcome != null) {
                    wrong.add(
                            choice.declared() + " (" + choice.value().getClass().getName() + ") in "
                                    + holder.getClass().getSimpleName() + ": " + outcome);
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static List<Object> holders(int i, Choice choice) throws ReflectiveOperationException {
        Object value = choice.value();
        List<Object> holders = new ArrayList<>();
        holders.add(new ArrayList<>(Arrays.asList(value, value)));
        holders.add(new HashMap<>(Map.of("k", value)));
        holders.add(new Object[] {value, value});
        for (String name : List.of("Open", "Shut")) {
            Constructor<?> constructor = Arrays.stream(
                            loader.loadClass(name + i).getDeclaredConstructors())
                    .filter(each -> each.getParameterCount() == 2)
                    .findFirst()
                    .orElseThrow();
            constructor.setAccessible(true);
            holders.add(constructor.newInstance(value, array(constructor.getParameterTypes()[0], value)));
        }
        for (String name : List.of("Rec", "Inner")) {
            Constructor<?> constructor = loader.loadClass(name + i).getDeclaredConstructors()[0];
            constructor.setAccessible(true);
            holders.add(
                    name.equals("Inner")
                            ? constructor.newInstance(value)
                            : constructor.newInstance(
                                    value,
                                    array(constructor.getParameterTypes()[0], value),
                                    Arrays.asList(value, value)));
        }
        if (Modifier.isPublic(value.getClass().getModifiers())) {
            holders.add(array(value.getClass(), value));
        }
        return holders;
    }

    private static Object array(Class<?> type, Object value) {
        Object array = Array.newInstance(type, 2);
        Array.set(array, 0, value);
        Array.set(array, 1, value);
        return array;
    }

    /** Null when everything is as it was. */
    private static String trip(Choice choice, Object holder) {
        Fixture fixture = new Fixture(); // tensors and buffers are views of it
        try {
            Object read = fixture.roundTrip(holder);
            if (read.getClass() != holder.getClass()) {
                return "of " + read.getClass();
            }
            Object first = null;
            for (Object each : values(read)) {
                if (!described(each).equals(described(choice.value()))) {
                    return described(each) + " instead of " + described(choice.value());
                }
                if (first != null && each != first && isShared(choice.value())) {
                    return "two objects instead of one";
                }
                first = each;
            }
            return null;
        } catch (Exception | LinkageError | AssertionError e) {
            return String.valueOf(e);
        }
    }

    /** Types that a graph keeps once. */
    private static boolean isShared(Object value) {
        return !(value instanceof Class
                || value instanceof Locale
                || value instanceof UUID
                || value instanceof BigDecimal
                || value instanceof StackTraceElement);
    }

    private static List<Object> values(Object holder) throws ReflectiveOperationException {
        List<Object> values = new ArrayList<>();
        if (holder instanceof Collection<?> collection) {
            values.addAll(collection);
        } else if (holder instanceof Map<?, ?> map) {
            values.addAll(map.values());
        } else if (holder instanceof Object[] array) {
            values.addAll(Arrays.asList(array));
        } else {
            for (Field field : holder.getClass().getDeclaredFields()) {
                field.setAccessible(true);
                Object value = field.get(holder);
                switch (field.getName()) {
                    case "array" -> values.addAll(Arrays.asList((Object[]) value));
                    case "list" -> values.addAll((Collection<?>) value);
                    case "map" -> values.addAll(((Map<?, ?>) value).values());
                    case "maybe" -> values.add(((java.util.Optional<?>) value).orElseThrow());
                    default -> values.add(value);
                }
            }
        }
        return values;
    }

    /** By what it says of itself, and the fields of classes of ours. */
    private static String described(Object value) throws IllegalAccessException {
        StringBuilder text = new StringBuilder();
        if (value instanceof Throwable error) {
            text.append(error).append(error.getCause());
            text.append(error instanceof Choices.CodedFailure ? 0 : error.getStackTrace().length);
        } else if (value instanceof Tensor tensor) {
            return tensor.equals(Tensor.of(new double[] {1, 2})) ? "tensor" : "other tensor";
        } else if (value instanceof java.nio.Buffer) {
            return value.equals(ByteBuffer.wrap(new byte[] {1, 2}))
                            || value.equals(DoubleBuffer.wrap(new double[] {1, 2}))
                    ? "buffer"
                    : "other buffer";
        } else if (value instanceof Calendar calendar) {
            return calendar.getTimeInMillis() + calendar.getTimeZone().getID();
        } else if (value instanceof double[] doubles) {
            return Arrays.toString(doubles);
        } else if (value instanceof long[] longs) {
            return Arrays.toString(longs);
        } else if (value.getClass().getName().startsWith("java.")
                || value instanceof Collection
                || value instanceof Map) {
            text.append(value);
        }
        if (value.getClass().getEnclosingClass() == Choices.class
                && !value.getClass().isRecord()) {
            for (Field field : value.getClass().getDeclaredFields()) {
                field.setAccessible(true);
                text.append(field.getName()).append(field.getType().isPrimitive() ? field.get(value) : "");
            }
        }
        return text.toString();
    }
}
