package io.atoll.internal.process;

import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a worker prints, in UTF-8 whatever the locale. Each line begins with the name of the task that prints it, between two
 * bytes that {@link LineForwarder} knows; what another thread prints never lands in the middle of one. Any thread.
 */
public final class TaskOutput extends OutputStream {
    static final byte NAME_BEGINS = 1;
    static final byte NAME_ENDS = 2;

    private static final int LONGEST_NAME = 200;

    private final OutputStream to;
    private final Supplier<@Nullable String> task;
    /** Whose line has not ended; 0 when all have. */
    private long open; // guarded by this

    TaskOutput(OutputStream to, Supplier<@Nullable String> task) {
        this.to = to;
        this.task = task;
    }

    /**
     * {@code System.out} and {@code System.err} are such ones from now on.
     *
     * @param task the name of the one that the calling thread is at, or null
     */
    public static void install(Supplier<@Nullable String> task) {
        System.setOut(to(FileDescriptor.out, task));
        System.setErr(to(FileDescriptor.err, task));
    }

    private static PrintStream to(FileDescriptor file, Supplier<@Nullable String> task) {
        return new PrintStream(new TaskOutput(new FileOutputStream(file), task), true, StandardCharsets.UTF_8);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream(length + LONGEST_NAME);
        byte[] name = name();
        long here = Thread.currentThread().getId();
        synchronized (this) {
            for (int at = from; at < from + length; ) {
                if (open != here) {
                    if (open != 0) {
                        all.write('\n');
                    }
                    all.writeBytes(name);
                }
                int end = at;
                while (end < from + length && bytes[end] != '\n') {
                    ++end;
                }
                boolean isWhole = end < from + length;
                all.write(bytes, at, end - at + (isWhole ? 1 : 0));
                open = isWhole ? 0 : here;
                at = end + 1;
            }
            to.write(all.toByteArray());
        }
    }

    private byte[] name() {
        String name = task.get();
        if (name == null) {
            return new byte[0];
        }
        StringBuilder printed = new StringBuilder().append((char) NAME_BEGINS);
        name.chars()
                .limit(LONGEST_NAME)
                .forEach(each -> printed.append(Character.isISOControl(each) ? ' ' : (char) each));
        return printed.append((char) NAME_ENDS).toString().getBytes(StandardCharsets.UTF_8);
    }
}
