package io.atoll.internal.graph;

import io.atoll.UnserializableException;
import io.atoll.internal.codecs.CodecRegistry;
import io.atoll.internal.fields.Children;
import io.atoll.internal.fields.Refusal;
import io.atoll.internal.kinds.Kinds;
import io.atoll.internal.memory.ArrowNames;
import io.atoll.spi.UserThrowables;
import io.atoll.tensor.Tensor;
import java.lang.reflect.Field;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * After a graph could not be stored, looks for the object that is to blame and says how to get to it:
 * {@code order.items[3].connection}. Breadth first, so that the path is the shortest.
 */
final class PathFinder {
    private static final int MAX_OBJECTS = 1_000_000;

    private final ArrayDeque<Step> queue = new ArrayDeque<>();
    private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Object wanted; // null: whatever is refused by what it is

    private PathFinder(Object wanted) {
        this.wanted = wanted;
    }

    /** One object on the way. */
    private record Step(Step from, Children.Child child, Object object) {
        String path(String root) {
            StringBuilder path = new StringBuilder();
            for (Step each = this; each.from != null; each = each.from) {
                path.insert(0, each.child.name());
            }
            return root + path;
        }
    }

    static UnserializableException explain(Object root, Throwable failure) {
        String name = nameOf(root);
        String found = null;
        Object blamed = blamedBy(failure);
        try {
            found = blamed == null ? null : new PathFinder(blamed).find(root, name);
            if (found != null) {
                found += ": " + deepestMessage(failure);
            } else {
                found = new PathFinder(null).find(root, name);
            }
            found = found == null ? Probe.find(root, name) : found;
        } catch (RuntimeException | StackOverflowError e) { // what is changed meanwhile may throw anything
            failure.addSuppressed(e);
        }
        if (found == null) {
            found = name + ": " + root.getClass().getName() + " cannot be stored: " + deepestMessage(failure);
        }
        return new UnserializableException(found, failure);
    }

    /** Where nothing is refused by what it is: goes to the part that cannot be stored even by itself. */
    private static final class Probe {
        private static final int MOST = 200; // a part takes a coder of its own

        private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        private String path;
        private Object blamed;
        private Throwable why;
        private int left = MOST;

        /** Null when it is the root itself, as far as that can be told. */
        static String find(Object root, String name) {
            Probe probe = new Probe();
            probe.path = name;
            probe.blamed = root;
            probe.seen.add(root);
            while (probe.descend()) {}
            return probe.blamed == root
                    ? null
                    : probe.path + ": " + probe.blamed.getClass().getName() + " cannot be stored: "
                            + deepestMessage(probe.why);
        }

        private boolean descend() {
            if (CodecRegistry.of(blamed.getClass()) != null) {
                return false; // its fields are not what is stored
            }
            for (Children.Child each : Children.of(blamed)) {
                if (seen.add(each.value()) && left-- > 0) {
                    Throwable failure = GraphKind.failure(each.value());
                    if (failure != null) {
                        path += each.name();
                        blamed = each.value();
                        why = failure;
                        return true;
                    }
                }
            }
            return false;
        }
    }

    private static String nameOf(Object root) {
        String type = root.getClass().getSimpleName();
        return type.isEmpty() || root.getClass().isHidden() || root.getClass().isArray()
                ? "value"
                : Character.toLowerCase(type.charAt(0)) + type.substring(1);
    }

    private static Object blamedBy(Throwable failure) {
        for (Throwable each : UserThrowables.chain(failure)) {
            if (each instanceof Refusal.Refused refused && refused.object() != null) {
                return refused.object();
            }
        }
        return null;
    }

    /** What a refusal says, which knows what has led to it; else what stands behind all that Fory says. */
    private static String deepestMessage(Throwable failure) {
        List<Throwable> chain = UserThrowables.chain(failure);
        for (Throwable each : chain) {
            if (each instanceof Refusal.Refused) {
                return each.getMessage();
            }
        }
        Throwable deepest = chain.get(chain.size() - 1);
        if (deepest instanceof StackOverflowError) {
            return "it is nested too deeply";
        }
        String message = UserThrowables.message(deepest);
        return message != null ? message : UserThrowables.text(deepest);
    }

    /** Null when nothing is found. */
    private String find(Object root, String name) {
        queue.add(new Step(null, null, root));
        seen.add(root);
        while (!queue.isEmpty() && seen.size() < MAX_OBJECTS) {
            Step step = queue.remove();
            if (step.object() == wanted) {
                return step.path(name);
            }
            String blamed = wanted == null ? blame(step.object()) : null;
            if (blamed != null) {
                return step.path(name) + blamed;
            }
            if (wanted == null && CodecRegistry.of(step.object().getClass()) != null) {
                continue; // its fields are not what is stored
            }
            for (Children.Child each : Children.of(step.object())) {
                if (seen.add(each.value())) {
                    queue.add(new Step(step, each, each.value()));
                }
            }
        }
        return null;
    }

    private static String blame(Object object) {
        String refusal = refusal(object.getClass());
        if (refusal != null) {
            return ": " + refusal;
        }
        if (Children.isLeaf(object)) {
            String own = ownRefusal(object);
            return own == null ? null : ": " + own;
        }
        if (CodecRegistry.of(object.getClass()) != null) {
            return null;
        }
        for (Field field : Children.fields(object.getClass())) {
            String declared = Children.value(field, object) == null ? refusal(field.getType()) : null;
            if (declared != null) {
                return "." + field.getName() + ": " + declared;
            }
        }
        return null;
    }

    private static String refusal(Class<?> type) {
        String refusal = GraphTypes.refusal(type);
        return refusal == null ? null : type.getName() + " cannot be stored: " + refusal;
    }

    /** Tensors and vectors can be refused by what they hold. */
    private static String ownRefusal(Object leaf) {
        if (leaf instanceof Tensor || ArrowNames.isArrow(leaf.getClass())) {
            try {
                Kinds.encodePart(leaf);
            } catch (RuntimeException e) {
                return e.getMessage();
            }
        }
        return null;
    }
}
