package io.atoll.internal.graph;

import io.atoll.internal.fields.Children;
import io.atoll.internal.fields.Refusal;
import java.io.Serializable;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.Stack;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.Vector;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.fory.serializer.JavaSerializer;

/**
 * Objects that are made only by their constructor, with all that they refer to: records, {@code List.of},
 * {@code Optional}, lambdas, what a codec reads, and what a readResolve makes of what was stored for them. A cycle that is entered at one of them cannot be made again, since nothing can refer to it
 * before all it refers to is there. (One that is entered at an ordinary object can.)
 */
final class Constructed {
    /**
     * Steps of the search for the one object after which it is given up, and the graph refused: what is reached again
     * before it is there reads back as null, so that the reader would not notice.
     */
    private static final int MAX_STEPS = 50_000_000;

    /** Of java.util, what can be made first and filled later. */
    private static final Set<Class<?>> FILLED = Set.of(
            ArrayList.class,
            LinkedList.class,
            ArrayDeque.class,
            HashMap.class,
            LinkedHashMap.class,
            TreeMap.class,
            IdentityHashMap.class,
            ConcurrentHashMap.class,
            HashSet.class,
            Vector.class,
            Stack.class,
            Hashtable.class,
            PriorityQueue.class,
            AtomicReference.class,
            LinkedHashSet.class,
            TreeSet.class);

    private static final ClassValue<Boolean> ONLY = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            if (type.isRecord() && !isReplaced(type)) {
                return mayLeadAnywhere(type);
            }
            return type.isHidden()
                    || isReplaced(type)
                    || (type.getName().startsWith("java.util.")
                            && !type.isEnum()
                            && !FILLED.contains(type)
                            && !CollectionViews.has(type));
        }
    };

    private final GraphRefs numbers;
    private int stepsLeft;

    private Constructed(GraphRefs numbers, int maxSteps) {
        this.numbers = numbers;
        this.stepsLeft = maxSteps;
    }

    /** Whether a record's components can refer to anything but values. */
    private static boolean mayLeadAnywhere(Class<?> record) {
        for (RecordComponent each : record.getRecordComponents()) {
            Class<?> type = each.getType();
            while (type.isArray()) {
                type = type.getComponentType();
            }
            boolean value = type.isPrimitive()
                    || type.isEnum()
                    || type == String.class
                    || (Modifier.isFinal(type.getModifiers())
                            && (Number.class.isAssignableFrom(type)
                                    || type == Boolean.class
                                    || type == Character.class
                                    || type.getName().startsWith("java.time.")));
            if (!value) {
                return true;
            }
        }
        return false;
    }

    /** Whether objects of a class of the user's may put another in their place when they are written. */
    static boolean isReplaced(Class<?> type) {
        return type.getClassLoader() != null
                && !type.isHidden() // a lambda
                && Serializable.class.isAssignableFrom(type)
                && JavaSerializer.getWriteReplaceMethod(type) != null;
    }

    /** Whether objects of a class that has no codec are so made, and may lead back to themselves. */
    static boolean only(Class<?> type) {
        return ONLY.get(type);
    }

    /**
     * Throws when, of objects that were reached again, one is reached from itself by objects that were first met inside
     * it.
     *
     * @param numbers in which order objects were met
     */
    static void refuseCycles(List<Object> suspects, GraphRefs numbers) {
        refuseCycles(suspects, numbers, MAX_STEPS);
    }

    static void refuseCycles(List<Object> suspects, GraphRefs numbers, int maxSteps) {
        Constructed search = new Constructed(numbers, maxSteps);
        if (!search.anyCycle(suspects)) {
            return; // as mostly, and known after one look at every object
        }
        Set<Object> each = Collections.newSetFromMap(new IdentityHashMap<>());
        each.addAll(suspects);
        for (Object suspect : each) {
            if (search.reachesItself(suspect)) {
                throw new Refusal.Refused(
                        suspect.getClass(),
                        "it refers to itself, by way of what it holds, and is made only by "
                                + maker(suspect, numbers)
                                + ", so that the cycle cannot be made again. Let the cycle run through an object with"
                                + " a field that can be set later",
                        suspect);
            }
        }
    }

    private static String maker(Object object, GraphRefs numbers) {
        Object codec = numbers.codec(object.getClass());
        if (codec != null) {
            return "the codec " + codec.getClass().getName();
        }
        return numbers.written(object) == object ? "its constructor" : "the readResolve of what its writeReplace gives";
    }

    private static final class Frame {
        private final Object object;
        private final List<Children.Child> children;
        private int next;

        Frame(Object object) {
            this.object = object;
            this.children = Children.of(object);
        }
    }

    private boolean anyCycle(List<Object> suspects) {
        IdentityHashMap<Object, Boolean> open = new IdentityHashMap<>(); // false: all that it refers to has been seen
        ArrayDeque<Frame> stack = new ArrayDeque<>();
        for (Object each : suspects) {
            Object suspect = numbers.written(each);
            if (open.putIfAbsent(suspect, true) == null) {
                stack.push(new Frame(suspect));
            }
            while (!stack.isEmpty()) {
                Frame frame = stack.peek();
                if (frame.next == frame.children.size()) {
                    open.put(frame.object, false);
                    stack.pop();
                    continue;
                }
                Object child = numbers.written(frame.children.get(frame.next++).value());
                Boolean state = Children.isLeaf(child) ? Boolean.FALSE : open.putIfAbsent(child, true);
                if (state == null) {
                    stack.push(new Frame(child));
                } else if (state) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean reachesItself(Object suspect) {
        int number = numbers.number(suspect);
        Object first = numbers.written(suspect);
        Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        ArrayDeque<Object> queue = new ArrayDeque<>();
        queue.add(first);
        while (!queue.isEmpty()) {
            for (Children.Child each : Children.of(queue.remove())) {
                if (--stepsLeft < 0) {
                    throw new Refusal.Refused(
                            suspect.getClass(),
                            "there are cycles among what it holds, and too many objects to tell whether one leads back"
                                    + " to it, which is made only by " + maker(suspect, numbers),
                            suspect);
                }
                Object child = numbers.written(each.value());
                if (child == first) {
                    return true;
                }
                int met = numbers.number(child);
                if (!Children.isLeaf(child) && (met < 0 || met > number) && seen.add(child)) {
                    queue.add(child);
                }
            }
        }
        return false;
    }
}
