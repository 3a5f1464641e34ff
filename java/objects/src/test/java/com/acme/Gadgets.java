package com.acme;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.function.Supplier;

/** Classes outside Atoll's packages, which an allow-list can leave out. */
public final class Gadgets {
    private Gadgets() {}

    public interface Maker extends Supplier<Object>, Serializable {}

    /** Captures what it gives. */
    public static Maker lambda(String text) {
        return () -> text;
    }

    public enum Colour {
        RED
    }

    /** A container that puts elements in by itself. */
    public static final class Numbers extends ArrayList<Integer> {
        private static final long serialVersionUID = 1;

        public Numbers() {
            add(1);
        }
    }

    public static final class Handler implements InvocationHandler, Serializable {
        private static final long serialVersionUID = 1;

        @Override
        public Object invoke(Object proxy, Method method, Object[] arguments) {
            return method.getName().equals("toString") ? "a proxy" : null;
        }
    }

    public record Plain(int number) {}

    /** Field by field. */
    public static final class Failure extends RuntimeException {
        private static final long serialVersionUID = 1;

        public Failure(String message) {
            super(message);
        }
    }

    /** With a field that Java does not serialize. */
    public static final class GraphFailure extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final Plain plain = new Plain(5);

        public GraphFailure(String message) {
            super(message);
        }

        public int number() {
            return plain.number();
        }
    }

    /** Has a say in its serialization. */
    public static final class JavaFailure extends RuntimeException {
        private static final long serialVersionUID = 1;

        public JavaFailure(String message) {
            super(message);
        }

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.defaultWriteObject();
        }
    }
}
