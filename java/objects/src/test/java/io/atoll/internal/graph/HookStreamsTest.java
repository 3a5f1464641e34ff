package io.atoll.internal.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.internal.objects.Fixture;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.Externalizable;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInput;
import java.io.ObjectInputStream;
import java.io.ObjectOutput;
import java.io.ObjectOutputStream;
import java.io.OptionalDataException;
import java.io.OutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The streams that hooks get do what java.io's do: what a hook sees here is compared with what it sees there. */
class HookStreamsTest {
    private interface Writing {
        void to(ObjectOutput out) throws IOException;
    }

    private interface Reading {
        Object from(ObjectInput in) throws IOException, ClassNotFoundException;
    }

    private record Step(Writing writing, Reading reading) {}

    private static final Map<String, Step> STEPS = new LinkedHashMap<>();

    private static void step(String name, Writing writing, Reading reading) {
        STEPS.put(name, new Step(writing, reading));
    }

    static {
        step("chars", out -> out.writeChars("hi"), in -> "" + in.readChar() + in.readChar());
        step("bytes of text", out -> out.writeBytes("yo"), in -> in.read() + " " + in.read());
        step("UTF", out -> out.writeUTF("a\0\u00e4\ud800"), ObjectInput::readUTF);
        step("UTF by bytes", out -> out.writeUTF("ab"), in -> in.readUnsignedShort() + " " + in.read() + in.read());
        step("a byte of more bits", out -> out.write(0x1ff), ObjectInput::readByte);
        step("a byte that is not -1", out -> out.write(0xff), ObjectInput::read);
        step("an array", out -> out.write(new byte[] {1, 2, 3}), in -> {
            byte[] bytes = new byte[3];
            in.readFully(bytes);
            return Arrays.toString(bytes);
        });
        step("part of an array", out -> out.write(new byte[] {1, 2, 3}, 1, 2), in -> {
            byte[] bytes = new byte[2];
            return in.read(bytes) + Arrays.toString(bytes);
        });
        step("more than is there", out -> out.write(new byte[] {1, 2, 3}), in -> {
            byte[] bytes = new byte[10];
            return in.read(bytes, 2, 8) + Arrays.toString(bytes) + in.read(bytes, 0, 1) + in.read(bytes, 0, 0);
        });
        step(
                "byte order",
                out -> out.writeInt(0x01020304),
                in -> "" + in.read() + in.readUnsignedByte() + in.readShort());
        step("halves", out -> out.writeLong(0x0102030405060708L), in -> in.readInt() + " " + in.readInt());
        step("unsigned", out -> out.writeShort(-2), ObjectInput::readUnsignedShort);
        step(
                "numbers",
                out -> {
                    out.writeBoolean(true);
                    out.writeByte(-2);
                    out.writeShort(-3);
                    out.writeChar('\u20ac');
                    out.writeInt(-4);
                    out.writeLong(Long.MIN_VALUE);
                    out.writeFloat(Float.NaN);
                    out.writeDouble(-0.0);
                },
                in -> "" + in.readBoolean() + in.readByte() + in.readShort() + in.readChar() + in.readInt()
                        + in.readLong() + Float.floatToRawIntBits(in.readFloat()) + in.readDouble());
        step("skipBytes", HookStreamsTest::twoInts, in -> in.skipBytes(4) + " " + in.readInt());
        step("skip", HookStreamsTest::twoInts, in -> in.skip(4) + " " + in.readInt());
        step("skip past the end", HookStreamsTest::twoInts, in -> in.skip(40) + " " + in.skipBytes(3) + in.read());
        step("lines", out -> out.writeBytes("ab\ncd"), in -> in.readLine() + in.readLine() + in.readLine());
        step("available", HookStreamsTest::twoInts, in -> in.available() + " " + in.readInt() + in.available());
        step("available at the end", out -> out.writeInt(1), in -> in.readInt() + " " + in.available());
        step("available at an object", out -> out.writeObject("a"), ObjectInput::available);
        step("a byte at the end", out -> out.writeInt(1), in -> in.readInt() + " " + in.read());
        step("a number at the end", out -> out.writeInt(1), in -> in.readInt() + failing(in::readInt));
        step("half a number", out -> out.writeShort(1), in -> failing(in::readInt));
        step("an object at the end", out -> out.writeInt(1), in -> in.readInt() + failing(in::readObject));
        step("an object where data are", out -> out.writeInt(7), in -> failing(in::readObject) + in.readInt());
        step("a number where an object is", out -> out.writeObject("a"), in -> failing(in::readInt) + in.readObject());
        step("nothing of it read", HookStreamsTest::mixed, in -> "nothing");
        step("some of it read", HookStreamsTest::mixed, in -> in.readObject() + "" + in.read());
        step("null", out -> out.writeObject(null), in -> in.readObject() == null);
        step(
                "mixed",
                HookStreamsTest::mixed,
                in -> in.readObject() + "" + in.readInt() + ((int[]) in.readObject())[0] + in.readByte()
                        + in.readObject());
        step(
                "closed",
                out -> {
                    out.writeInt(3);
                    out.flush();
                    out.close();
                },
                in -> {
                    int number = in.readInt();
                    in.close();
                    return number;
                });
        step("much", out -> out.write(new byte[100_000]), in -> {
            byte[] bytes = new byte[100_000];
            in.readFully(bytes);
            return bytes.length + " " + in.read();
        });
        step(
                "other streams over it",
                out -> {
                    DataOutputStream data = new DataOutputStream((OutputStream) out);
                    data.writeUTF("q");
                    data.flush();
                },
                in -> {
                    InputStream bytes = (InputStream) in;
                    return new DataInputStream(bytes).readUTF() + bytes.readAllBytes().length;
                });
        step(
                "unshared",
                out -> {
                    List<Integer> list = new ArrayList<>(List.of(1));
                    ((ObjectOutputStream) out).writeUnshared(list);
                    out.writeObject(list);
                    out.writeObject(list);
                    ((ObjectOutputStream) out).writeUnshared(null);
                },
                in -> {
                    Object one = ((ObjectInputStream) in).readUnshared();
                    Object two = in.readObject();
                    return one.equals(two) + " " + (one == two) + (two == in.readObject())
                            + ((ObjectInputStream) in).readUnshared();
                });
    }

    private static void twoInts(ObjectOutput out) throws IOException {
        out.writeInt(1);
        out.writeInt(2);
    }

    private static void mixed(ObjectOutput out) throws IOException {
        out.writeObject("a");
        out.writeInt(3);
        out.writeObject(new int[] {1});
        out.writeByte(4);
        out.writeObject("a");
    }

    private interface Attempt {
        Object run() throws IOException, ClassNotFoundException;
    }

    private static String failing(Attempt attempt) {
        try {
            return "got " + attempt.run();
        } catch (OptionalDataException e) {
            return "optional data: " + e.eof + " " + e.length;
        } catch (EOFException e) {
            return "end";
        } catch (IOException | ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }

    /** What all three kinds do. */
    private interface Subject {
        Object got();
    }

    static final class External implements Externalizable, Subject {
        private String name;
        private Object got;

        public External() {}

        External(String name) {
            this.name = name;
        }

        @Override
        public void writeExternal(ObjectOutput out) throws IOException {
            out.writeObject(name);
            STEPS.get(name).writing().to(out);
        }

        @Override
        public void readExternal(ObjectInput in) throws IOException, ClassNotFoundException {
            name = (String) in.readObject();
            got = STEPS.get(name).reading().from(in);
        }

        @Override
        public Object got() {
            return got;
        }
    }

    static final class Own implements Serializable, Subject {
        private static final long serialVersionUID = 1;
        private final String name;
        private transient Object got;

        Own(String name) {
            this.name = name;
        }

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.defaultWriteObject();
            STEPS.get(name).writing().to(out);
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            got = STEPS.get(name).reading().from(in);
        }

        @Override
        public Object got() {
            return got;
        }
    }

    static final class OwnList extends ArrayList<String> implements Subject {
        private static final long serialVersionUID = 1;
        private final String name;
        private transient Object got;

        OwnList(String name) {
            this.name = name;
            add("element");
        }

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.defaultWriteObject();
            STEPS.get(name).writing().to(out);
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            got = STEPS.get(name).reading().from(in);
        }

        @Override
        public Object got() {
            return got;
        }
    }

    private final Fixture fixture = new Fixture();

    @AfterEach
    void close() {
        fixture.close();
    }

    static Stream<Arguments> steps() {
        return STEPS.keySet().stream()
                .flatMap(name -> Stream.<Function<String, Subject>>of(External::new, Own::new, OwnList::new)
                        .map(kind -> kind.apply(name))
                        .map(subject -> Arguments.of(name, subject.getClass().getSimpleName(), subject)));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("steps")
    void shouldGiveHooksWhatJavaDoes(String name, String kind, Subject subject) {
        Object expected = ((Subject) byJava(subject)).got();

        Object[] read = (Object[]) fixture.roundTrip(new Object[] {subject, "after", subject});
        assertThat(((Subject) read[0]).got()).isEqualTo(expected);
        assertThat(read[1]).isEqualTo("after");
        assertThat(read[2]).isSameAs(read[0]);
        if (subject instanceof OwnList) {
            assertThat(read[0]).isEqualTo(List.of("element"));
        }
    }

    private static Object byJava(Object value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(value);
            out.flush();
            return new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }
}
