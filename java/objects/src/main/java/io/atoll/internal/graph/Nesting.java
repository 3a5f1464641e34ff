package io.atoll.internal.graph;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.Set;

/** How deep the objects of a graph are nested when each is written where it is met first. */
final class Nesting {
    private Nesting() {}

    /** Throws when it is so many objects or more. Walks the graph with a stack of its own. */
    static void refuse(Object root, int most) {
        Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        ArrayDeque<Iterator<Children.Child>> open = new ArrayDeque<>();
        seen.add(root);
        open.push(Children.of(root).iterator());
        while (!open.isEmpty()) {
            if (!open.peek().hasNext()) {
                open.pop();
                continue;
            }
            Object child = open.peek().next().value();
            if (!Children.isLeaf(child) && seen.add(child)) {
                open.push(Children.of(child).iterator());
                if (open.size() >= most) {
                    throw new Refusal.Refused(
                            root.getClass(),
                            "it is nested " + most + " objects deep or more, so that it could not be read. Put the"
                                    + " objects into an array or a list, in their order");
                }
            }
        }
    }
}
