package io.atoll.objects;

import io.atoll.UnserializableException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/**
 * After a graph could not be stored, looks for the object that is to blame and says how to get to it:
 * {@code order.items[3].connection}. Breadth first, so that the path is the shortest.
 */
final class PathFinder {
    private static final int MAX_OBJECTS = 1_000_000;

    private final ArrayDeque<Step> queue = new ArrayDeque<>();
    private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());

    private PathFinder() {}

    /** One object on the way. */
    private record Step(Step from, String name, Object object) {
        String path() {
            return from == null ? name : from.path() + name;
        }
    }

    static UnserializableException explain(Object root, Throwable failure) {
        String type = root.getClass().getSimpleName();
        String name =
                type.isEmpty() || root.getClass().isHidden() || root.getClass().isArray()
                        ? "value"
                        : Character.toLowerCase(type.charAt(0)) + type.substring(1);
        String found = null;
        try {
            found = new PathFinder().find(new Step(null, name, root));
        } catch (RuntimeException | StackOverflowError e) {
            failure.addSuppressed(e);
        }
        if (found == null) {
            found = name + ": " + root.getClass().getName() + " cannot be stored: " + deepestMessage(failure);
        }
        return new UnserializableException(found, failure);
    }

    private static String deepestMessage(Throwable failure) {
        Throwable deepest = failure;
        while (deepest.getCause() != null && deepest.getCause() != deepest) {
            deepest = deepest.getCause();
        }
        return deepest instanceof StackOverflowError
                ? "it is nested too deeply"
                : deepest.getMessage() != null ? deepest.getMessage() : deepest.toString();
    }

    /** Null when nothing is found. */
    private String find(Step root) {
        queue.add(root);
        seen.add(root.object());
        while (!queue.isEmpty() && seen.size() < MAX_OBJECTS) {
            Step step = queue.remove();
            String blamed = blame(step.object().getClass());
            if (blamed == null) {
                blamed = isLeaf(step.object()) ? ownRefusal(step.object()) : lookInside(step);
            }
            if (blamed != null) {
                return blamed.startsWith(".") ? step.path() + blamed : step.path() + ": " + blamed;
            }
        }
        return null;
    }

    private static String blame(Class<?> type) {
        String refusal = Refusal.of(type);
        return refusal == null
                ? null
                : type.getName() + " cannot be stored: " + refusal + ". Make the field transient, or store what it is"
                        + " made from";
    }

    private static boolean isLeaf(Object object) {
        return object instanceof String
                || object instanceof Number
                || object instanceof Enum
                || object instanceof Class
                || object instanceof Tensor
                || object instanceof Throwable
                || ObjectCodec.isArrow(object.getClass());
    }

    /** Tensors and vectors can be refused by what they hold. */
    private static String ownRefusal(Object leaf) {
        if (leaf instanceof Tensor || ObjectCodec.isArrow(leaf.getClass())) {
            try {
                ObjectCodec.encodePart(leaf);
            } catch (RuntimeException e) {
                return e.getMessage();
            }
        }
        return null;
    }

    private String lookInside(Step step) {
        Object object = step.object();
        if (object instanceof Object[] array) {
            for (int i = 0; i < array.length; i++) {
                add(step, "[" + i + "]", array[i]);
            }
        } else if (object instanceof Collection<?> collection) {
            int i = 0;
            for (Object each : collection) {
                add(step, "[" + i++ + "]", each);
            }
        } else if (object instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> each : map.entrySet()) {
                add(step, ".key(" + describe(each.getKey()) + ")", each.getKey());
                add(step, "[" + describe(each.getKey()) + "]", each.getValue());
            }
        } else if (object instanceof Optional<?> optional) {
            add(step, ".get()", optional.orElse(null));
        } else if (object instanceof AtomicReference<?> reference) {
            add(step, ".get()", reference.get());
        } else if (object instanceof Map.Entry<?, ?> entry) {
            add(step, ".getKey()", entry.getKey());
            add(step, ".getValue()", entry.getValue());
        }
        return object.getClass().isArray() ? null : lookAtFields(step);
    }

    private static String describe(Object key) {
        if (key instanceof String text) {
            return "\"" + text + "\"";
        }
        return key instanceof Number || key instanceof Enum || key == null
                ? String.valueOf(key)
                : key.getClass().getSimpleName();
    }

    private String lookAtFields(Step step) {
        for (Class<?> type = step.object().getClass(); type != null; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (Modifier.isStatic(field.getModifiers())
                        || Modifier.isTransient(field.getModifiers())
                        || field.getType().isPrimitive()) {
                    continue;
                }
                Object value;
                try {
                    field.setAccessible(true);
                    value = field.get(step.object());
                } catch (RuntimeException | IllegalAccessException e) {
                    continue; // the JDK's own, which are looked at by what they are
                }
                String blamed = value == null ? blame(field.getType()) : null;
                if (blamed != null) {
                    return "." + field.getName() + ": " + blamed;
                }
                add(step, "." + field.getName(), value);
            }
        }
        return null;
    }

    private void add(Step from, String name, Object object) {
        if (object != null && seen.add(object)) {
            queue.add(new Step(from, name, object));
        }
    }
}
