package io.atoll.internal.tasks;

import io.atoll.ObjectRef;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;

/** Tasks whose results are lost, each of which leaves a byte in a file for each of its runs; and how they are lost. */
final class Remade {
    static final int BYTES = 1 << 20;

    private Remade() {}

    private static int begin(String directory, String name) throws IOException {
        Path file = Path.of(directory, name);
        Files.write(file, new byte[1], StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        return (int) Files.size(file);
    }

    static int runs(Path directory, String name) throws IOException {
        Path file = directory.resolve(name);
        return Files.exists(file) ? (int) Files.size(file) : 0;
    }

    static byte[] array(int fill) {
        byte[] bytes = new byte[BYTES];
        Arrays.fill(bytes, (byte) fill);
        return bytes;
    }

    static byte[] make(String directory, String name, int fill) throws IOException {
        begin(directory, name);
        return array(fill);
    }

    static List<byte[]> makeTwo(String directory, String name, int fill) throws IOException {
        begin(directory, name);
        return List.of(array(fill), array(fill + 1));
    }

    static byte[] plusOne(String directory, String name, byte[] from) throws IOException {
        begin(directory, name);
        return array(from[from.length - 1] + 1);
    }

    /** Its second run takes the worker with it. */
    static byte[] makeOrDie(String directory, String name, int fill) throws IOException {
        if (begin(directory, name) == 2) {
            Runtime.getRuntime().halt(1);
        }
        return array(fill);
    }

    static int last(byte[] bytes) {
        return bytes[bytes.length - 1];
    }

    static int size(byte[] bytes) {
        return bytes.length;
    }

    /** Gets its argument by itself, with all that the node has. */
    static int getInside(List<ObjectRef<byte[]>> refs) {
        return last(refs.get(0).get());
    }

    /** Overwrites all that is on disk; some of it may go meanwhile. */
    static void damageAll(Path disk) throws IOException {
        byte[] noise = new byte[1 << 16];
        Arrays.fill(noise, (byte) 'x');
        File[] all = disk.toFile().listFiles();
        for (File each : all == null ? new File[0] : all) {
            if (each.isDirectory()) {
                damageAll(each.toPath());
                continue;
            }
            try (FileChannel file = FileChannel.open(each.toPath(), StandardOpenOption.WRITE)) {
                for (long at = 0, end = file.size(); at < end; at += noise.length) {
                    file.write(ByteBuffer.wrap(noise, 0, (int) Math.min(noise.length, end - at)), at);
                }
            } catch (NoSuchFileException e) {
                // What was in it was let go.
            }
        }
    }
}
