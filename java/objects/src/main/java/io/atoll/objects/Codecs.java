package io.atoll.objects;

import io.atoll.StoreException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The codecs of this process. What the driver registers, its workers have, also those that run already: the names lie in
 * a file of the session, which is looked at when a class is first stored or read. Any thread may call any method.
 */
public final class Codecs {
    private static final Map<String, Codec<?>> BY_TYPE = new ConcurrentHashMap<>();
    /** Counts registrations: coders of an earlier count are not used again. */
    private static volatile int version;

    private static Path file; // null: this process shares its codecs with nobody
    private static boolean writes;
    private static long bytesRead;

    private Codecs() {}

    /**
     * Says how values of a type, and of its subtypes, are stored from now on. To be called in the driver before the first
     * value of the type is stored; a later call for the same type replaces the codec.
     *
     * @param type a class or an interface; not one that Atoll stores as a view (tensors, vectors, arrays, buffers)
     * @param codec of a class with a constructor without arguments, which workers find by its name
     * @throws IllegalArgumentException when the codec's class or the type is not like that
     */
    public static synchronized <T> void register(Class<T> type, Codec<? super T> codec) {
        Objects.requireNonNull(codec, "codec");
        if (type.isArray()
                || type.isPrimitive()
                || type == Object.class
                || type == String.class
                || Tensor.class == type
                || ObjectCodec.isArrow(type)) {
            throw new IllegalArgumentException(type.getName() + " is stored by Atoll itself and takes no codec");
        }
        try {
            codec.getClass().getDeclaredConstructor();
        } catch (NoSuchMethodException e) {
            throw new IllegalArgumentException(
                    codec.getClass().getName() + " is to be a class with a constructor without arguments (no lambda,"
                            + " no anonymous or inner class), so that workers can make it",
                    e);
        }
        BY_TYPE.put(type.getName(), codec);
        version++;
        if (writes) {
            append(line(type.getName(), codec));
        }
    }

    /** For tests, whose JVM goes on: takes back what {@link #register} did; workers that run keep the codec. */
    static synchronized void unregister(Class<?> type) {
        BY_TYPE.remove(type.getName());
        version++;
    }

    /** In the driver: shares the codecs, those registered already and later ones, by a file. */
    public static synchronized void shareBy(Path path) {
        file = path;
        writes = true;
        StringBuilder lines = new StringBuilder();
        BY_TYPE.forEach((type, codec) -> lines.append(line(type, codec)));
        append(lines.toString());
    }

    /** In the driver: the session is over. */
    public static synchronized void shareNoMore() {
        writes = false;
        file = null;
    }

    /** In a worker: has the codecs of a file that may not exist yet. */
    public static synchronized void takeFrom(Path path) {
        file = path;
        writes = false;
        bytesRead = 0;
    }

    /** For a class of values: its own codec, else a superclass's, else an interface's; null when there is none. */
    static Codec<?> of(Class<?> type) {
        refresh();
        if (BY_TYPE.isEmpty()) {
            return null;
        }
        for (Class<?> each = type; each != null; each = each.getSuperclass()) {
            Codec<?> codec = BY_TYPE.get(each.getName());
            if (codec != null) {
                return codec;
            }
        }
        for (Class<?> each = type; each != null; each = each.getSuperclass()) {
            Codec<?> codec = ofInterfaces(each);
            if (codec != null) {
                return codec;
            }
        }
        return null;
    }

    private static Codec<?> ofInterfaces(Class<?> type) {
        for (Class<?> each : type.getInterfaces()) {
            Codec<?> codec = BY_TYPE.get(each.getName());
            codec = codec != null ? codec : ofInterfaces(each);
            if (codec != null) {
                return codec;
            }
        }
        return null;
    }

    static int version() {
        return version;
    }

    private static String line(String type, Codec<?> codec) {
        return type + " " + codec.getClass().getName() + "\n";
    }

    private static void append(String lines) {
        if (lines.isEmpty()) {
            return;
        }
        try {
            Files.writeString(file, lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new StoreException("codecs cannot be shared by " + file, e);
        }
    }

    private static synchronized void refresh() {
        if (file == null || writes || !Files.exists(file)) {
            return;
        }
        try {
            byte[] all = Files.readAllBytes(file);
            if (all.length == bytesRead) {
                return;
            }
            List<String> lines = new String(all, StandardCharsets.UTF_8).lines().toList();
            for (String line : lines) {
                String[] names = line.split(" ");
                BY_TYPE.put(names[0], make(names[1]));
            }
            bytesRead = all.length;
            version++;
        } catch (IOException | ReflectiveOperationException e) {
            throw new StoreException("a codec of the driver cannot be made here: " + e, e);
        }
    }

    private static Codec<?> make(String name) throws ReflectiveOperationException {
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        Class<?> type = Class.forName(name, true, loader != null ? loader : Codecs.class.getClassLoader());
        var constructor = type.getDeclaredConstructor();
        constructor.setAccessible(true);
        return (Codec<?>) constructor.newInstance();
    }
}
