package io.atoll.internal.types;

import io.atoll.codec.Codec;
import io.atoll.codec.CodecInput;
import io.atoll.codec.CodecOutput;
import java.io.Externalizable;
import java.io.IOException;
import java.io.ObjectInput;
import java.io.ObjectInputStream;
import java.io.ObjectOutput;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.TreeSet;

/** Types for each way that a class may take through a graph, some final, since those are written by what they are declared as. */
@SuppressWarnings("serial")
public final class Choices {
    private Choices() {}

    public static class Plain {
        public int number = 4;
    }

    static final class Hidden {
        int number = 4;
    }

    public record Pair(int left, Object right) {}

    public static class Tags extends HashMap<String, String> {
        int version = 1;
    }

    public static final class LastTags extends HashMap<String, Integer> {
        int version = 2;
    }

    public static final class LastNames extends ArrayList<String> {
        int version = 3;
    }

    public static final class LastSet extends TreeSet<String> {}

    public static final class LastQueue extends PriorityQueue<String> {}

    public static class Ordered extends LinkedHashMap<String, Ordered> {}

    public static class Failure extends RuntimeException {
        int code;

        public Failure(int code) {
            super("own");
            this.code = code;
        }
    }

    public static final class LastFailure extends Exception {
        int code = 5;

        public LastFailure() {
            super("last");
        }
    }

    /** With a say in how it is written. */
    public static final class HookedFailure extends Exception {
        transient int code = 6;

        public HookedFailure() {
            super("hooked");
        }

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.defaultWriteObject();
            out.writeInt(code);
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            code = in.readInt();
        }
    }

    public static final class Hooked implements Serializable {
        transient int number = 7;
        Throwable error = new Failure(8);

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.defaultWriteObject();
            out.writeInt(number);
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            number = in.readInt();
        }
    }

    public static final class Replaced implements Serializable {
        int number = 9;

        private Object writeReplace() {
            return new Stand(number);
        }
    }

    static final class Stand implements Serializable {
        private final int number;

        Stand(int number) {
            this.number = number;
        }

        private Object readResolve() {
            Replaced replaced = new Replaced();
            replaced.number = number;
            return replaced;
        }
    }

    public static final class Outside implements Externalizable {
        int number = 10;

        public Outside() {}

        @Override
        public void writeExternal(ObjectOutput out) throws IOException {
            out.writeInt(number);
        }

        @Override
        public void readExternal(ObjectInput in) throws IOException {
            number = in.readInt();
        }
    }

    public static final class Dice extends Random {
        int sides = 6;

        public Dice() {
            super(5);
        }
    }

    /** By a codec of the user's. */
    public static final class Coded {
        final int number;

        public Coded(int number) {
            this.number = number;
        }
    }

    /** A map by a codec of the user's. */
    public static final class CodedMap extends HashMap<String, String> {}

    /** A throwable by a codec of the user's. */
    public static final class CodedFailure extends Exception {
        final int number;

        public CodedFailure(int number) {
            this.number = number;
        }
    }

    public static final class Coder implements Codec<Coded> {
        @Override
        public void write(Coded value, CodecOutput out) {
            out.writeInt(value.number);
        }

        @Override
        public Coded read(CodecInput in) {
            return new Coded(in.readInt());
        }
    }

    public static final class MapCoder implements Codec<CodedMap> {
        @Override
        public void write(CodedMap value, CodecOutput out) {
            out.writeString(String.join(",", value.keySet()));
        }

        @Override
        public CodedMap read(CodecInput in) {
            CodedMap map = new CodedMap();
            map.put(in.readString(), "by the codec");
            return map;
        }
    }

    public static final class FailureCoder implements Codec<CodedFailure> {
        @Override
        public void write(CodedFailure value, CodecOutput out) {
            out.writeInt(value.number);
        }

        @Override
        public CodedFailure read(CodecInput in) {
            return new CodedFailure(in.readInt());
        }
    }
}
