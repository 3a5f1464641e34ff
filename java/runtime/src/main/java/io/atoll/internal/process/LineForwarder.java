package io.atoll.internal.process;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Copies what a worker prints to a stream of the driver, line by line, each with the task that has printed it, if {@link
 * TaskOutput} has said that, and the worker in front. One thread each.
 */
final class LineForwarder extends Thread {
    private static final int LONGEST_LINE = 64 * 1024;
    /** A JVM that crashes says so in some 20 lines, and what was printed before it is what tells most. */
    private static final int REMEMBERED_LINES = 40;

    private final InputStream from;
    private final Supplier<PrintStream> to;
    private final long worker;
    private final Repeats repeats;
    private final ArrayDeque<String> last = new ArrayDeque<>();
    private final CountDownLatch copied = new CountDownLatch(1);
    private @Nullable String task; // that prints the line; null for none

    /**
     * @param from is closed at its end
     * @param to is asked for every line, since a program may exchange its {@code System.out}
     */
    LineForwarder(String name, InputStream from, Supplier<PrintStream> to, long worker, Repeats repeats) {
        super(null, null, name, 256 * 1024);
        this.from = from;
        this.to = to;
        this.worker = worker;
        this.repeats = repeats;
        setDaemon(true);
    }

    @Override
    public void run() {
        try {
            copy();
        } finally {
            copied.countDown(); // Also when this process has no heap left for a line.
        }
    }

    private void copy() {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        byte[] chunk = new byte[8192];
        try (from) {
            int count;
            while ((count = from.read(chunk)) > 0) {
                for (int i = 0; i < count; ++i) {
                    if (chunk[i] == '\n') {
                        print(line);
                        task = null;
                    } else if (chunk[i] == TaskOutput.NAME_ENDS && isName(line)) {
                        task = line.toString(StandardCharsets.UTF_8).substring(1);
                        line.reset();
                    } else {
                        line.write(chunk[i]);
                        if (line.size() == LONGEST_LINE) {
                            print(line);
                        }
                    }
                }
            }
        } catch (IOException e) {
            // The worker has ended; what it had printed has been read.
        }
        if (line.size() > 0) {
            print(line);
        }
    }

    /** Waits until all has been copied, or the time is over. */
    void awaitEnd(long millis) throws InterruptedException {
        copied.await(millis, TimeUnit.MILLISECONDS);
    }

    /** The newest lines, for an error message. */
    String lastLines() {
        synchronized (last) {
            return String.join("\n", last);
        }
    }

    private static boolean isName(ByteArrayOutputStream begun) {
        byte[] bytes = begun.toByteArray();
        return bytes.length > 0 && bytes[0] == TaskOutput.NAME_BEGINS;
    }

    private void print(ByteArrayOutputStream line) {
        String text = line.toString(StandardCharsets.UTF_8);
        synchronized (last) {
            if (last.size() == REMEMBERED_LINES) {
                last.removeFirst();
            }
            last.addLast(text);
        }
        byte[] prefix =
                ("(" + (task == null ? "" : task + ", ") + "worker " + worker + ") ").getBytes(StandardCharsets.UTF_8);
        byte[] printed = line.toByteArray();
        if (!repeats.fold(text, worker, more -> print(prefix, printed, more))) {
            print(prefix, printed, "");
        }
        line.reset();
    }

    /** Bytes as they came: they may be no text. */
    private void print(byte[] prefix, byte[] printed, String more) {
        ByteArrayOutputStream whole = new ByteArrayOutputStream(prefix.length + printed.length + more.length() + 1);
        whole.writeBytes(prefix);
        whole.writeBytes(printed);
        whole.writeBytes((more + "\n").getBytes(StandardCharsets.UTF_8));
        PrintStream out = to.get();
        out.write(whole.toByteArray(), 0, whole.size());
        out.flush();
    }
}
