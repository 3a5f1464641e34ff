package io.atoll.internal.codecs;

import io.atoll.ObjectRef;
import io.atoll.StoreException;
import io.atoll.internal.memory.ArrowNames;
import io.atoll.jni.NativeLibrary;
import java.io.IOException;
import java.nio.Buffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The codecs of this process, by the names of their types. What the driver registers, its workers have, also those that
 * run already: the names lie in a file of the session, which is looked at when a class is first stored or read. Any
 * thread may call any method.
 */
public final class CodecRegistry {
    private static final Map<String, Object> BY_TYPE = new ConcurrentHashMap<>();
    private static final Set<Class<?>> OURS = Set.of(
            Object.class,
            String.class,
            Class.class,
            ObjectRef.class,
            Boolean.class,
            Byte.class,
            Short.class,
            Character.class,
            Integer.class,
            Long.class,
            Float.class,
            Double.class,
            Void.class);
    /** Counts registrations: coders of an earlier count are not used again. */
    private static volatile int version;

    private static Path file; // null: this process shares its codecs with nobody
    private static boolean writes;
    private static long bytesRead;

    private CodecRegistry() {}

    /** @param codec of a class with a constructor without arguments */
    public static synchronized void register(Class<?> type, Object codec) {
        BY_TYPE.put(type.getName(), codec);
        version++;
        if (writes) {
            append(line(type.getName(), codec));
        }
    }

    /** For tests, whose JVM goes on: takes back what {@link #register} did; workers that run keep the codec. */
    public static synchronized void unregister(Class<?> type) {
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

    /** @param type the one that the codec was registered for: the class of the values, or a supertype */
    public record Registered(Class<?> type, Object codec) {}

    /** Whether objects of a class are stored by Atoll itself whatever codecs there are. */
    public static boolean isOurs(Class<?> type) {
        return type.isPrimitive()
                || type.isArray()
                || OURS.contains(type)
                || Buffer.class.isAssignableFrom(type)
                || type.getName().equals("io.atoll.tensor.Tensor")
                || ArrowNames.isArrow(type);
    }

    /** For a class of values: its own codec, else a superclass's, else an interface's; null when there is none. */
    public static Registered of(Class<?> type) {
        refresh();
        if (BY_TYPE.isEmpty() || isOurs(type)) {
            return null;
        }
        for (Class<?> each = type; each != null; each = each.getSuperclass()) {
            Object codec = BY_TYPE.get(each.getName());
            if (codec != null) {
                return new Registered(each, codec);
            }
        }
        for (Class<?> each = type; each != null; each = each.getSuperclass()) {
            Registered found = ofInterfaces(each);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private static Registered ofInterfaces(Class<?> type) {
        for (Class<?> each : type.getInterfaces()) {
            Object codec = BY_TYPE.get(each.getName());
            Registered found = codec != null ? new Registered(each, codec) : ofInterfaces(each);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    public static int version() {
        return version;
    }

    private static String line(String type, Object codec) {
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

    private static Object make(String name) throws ReflectiveOperationException {
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        Class<?> type = Class.forName(name, true, loader != null ? loader : CodecRegistry.class.getClassLoader());
        var constructor = type.getDeclaredConstructor();
        NativeLibrary.open(type, CodecRegistry.class.getModule());
        constructor.setAccessible(true);
        return constructor.newInstance();
    }
}
