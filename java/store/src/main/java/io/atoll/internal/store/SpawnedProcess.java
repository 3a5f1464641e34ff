package io.atoll.internal.store;

import io.atoll.StoreException;
import io.atoll.jni.NativeLibrary;
import io.atoll.jni.StoreLayout;
import io.atoll.jni.StoreNative;
import java.io.BufferedInputStream;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A program that has inherited a connection to a store, over which it attaches with {@link NativeStore#attachInherited}.
 * {@link ProcessBuilder} cannot hand one down: it closes every descriptor above 2 in the child. Otherwise as there; whoever
 * has read or written the streams to their end closes them. Any thread may call any method.
 */
public final class SpawnedProcess extends Process {
    private static final long STACK_BYTES = 256 * 1024;
    /** A larger result of reaping is this and a signal. */
    private static final int SIGNALLED = 256;

    private final long pid;
    private final OutputStream in;
    private final InputStream out;
    private final InputStream err;
    /** As it was reaped; -1 when that is not known. */
    private final CompletableFuture<Integer> status = new CompletableFuture<>();

    private boolean reaped; // guarded by this

    private SpawnedProcess(long pid, long in, long out, long err) {
        this.pid = pid;
        this.in = new FileOutputStream(StoreNative.fileDescriptor(in));
        this.out = new BufferedInputStream(new FileInputStream(StoreNative.fileDescriptor(out)));
        this.err = new BufferedInputStream(new FileInputStream(StoreNative.fileDescriptor(err)));
        Thread waiter = new Thread(null, this::await, "atoll-child", STACK_BYTES);
        waiter.setDaemon(true);
        waiter.start();
    }

    /**
     * Starts a program with a connection to the store behind the socket.
     *
     * @param command the program's path, and its arguments
     * @param environment variables that it has beside, or instead of, those of this process; with null, that it has not
     * @throws StoreException naming the system call and the reason when the system refuses
     */
    public static SpawnedProcess start(Path socket, List<String> command, Map<String, @Nullable String> environment) {
        NativeLibrary.load();
        ByteBuffer path = Memory.cString(socket.toAbsolutePath().toString());
        ByteBuffer arguments = cStrings(command);
        ByteBuffer variables = environment.isEmpty() ? null : cStrings(variables(environment));
        ByteBuffer child = ByteBuffer.allocateDirect(StoreLayout.CHILD_SIZE).order(ByteOrder.nativeOrder());
        StoreCodes.check(
                StoreNative.spawn(
                        Memory.addressOf(path),
                        Memory.addressOf(arguments),
                        variables == null ? 0 : Memory.addressOf(variables),
                        Memory.addressOf(child)),
                "start of " + command.get(0));
        java.lang.ref.Reference.reachabilityFence(path);
        java.lang.ref.Reference.reachabilityFence(arguments);
        java.lang.ref.Reference.reachabilityFence(variables);
        return new SpawnedProcess(
                child.getLong(StoreLayout.CHILD_PID),
                child.getLong(StoreLayout.CHILD_IN),
                child.getLong(StoreLayout.CHILD_OUT),
                child.getLong(StoreLayout.CHILD_ERR));
    }

    private static List<String> variables(Map<String, String> changed) {
        Map<String, String> all = new HashMap<>(System.getenv());
        all.putAll(changed);
        all.values().removeIf(Objects::isNull);
        return all.entrySet().stream()
                .map(each -> each.getKey() + "=" + each.getValue())
                .toList();
    }

    /** Addresses of the texts, then 0, then the texts, encoded as the system's are. */
    private static ByteBuffer cStrings(List<String> texts) {
        Charset charset = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));
        byte[][] encoded = new byte[texts.size()][];
        int bytes = (encoded.length + 1) * Long.BYTES;
        for (int i = 0; i < encoded.length; ++i) {
            encoded[i] = texts.get(i).getBytes(charset);
            bytes += encoded[i].length + 1;
        }
        ByteBuffer all = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
        int at = (encoded.length + 1) * Long.BYTES;
        for (int i = 0; i < encoded.length; ++i) {
            all.putLong(i * Long.BYTES, Memory.addressOf(all) + at);
            all.put(at, encoded[i]);
            at += encoded[i].length + 1;
        }
        return all;
    }

    private void await() {
        long result = -1;
        try {
            StoreNative.awaitChild(pid);
            synchronized (this) {
                reaped = true;
                result = StoreNative.reapChild(pid);
            }
        } finally {
            // Negative when native code of the program waits for all its children: this one has ended, how is not
            // known.
            status.complete((int) Math.max(result, -1));
        }
    }

    /** As {@link ProcessBuilder} has it: 128 and the signal when one has ended it. -1 when that cannot be known. */
    @Override
    public int waitFor() throws InterruptedException {
        try {
            return exitCode(status.get());
        } catch (ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public boolean waitFor(long timeout, TimeUnit unit) throws InterruptedException {
        try {
            status.get(timeout, unit);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public int exitValue() {
        Integer now = status.getNow(null);
        if (now == null) {
            throw new IllegalThreadStateException("process " + pid() + " has not ended");
        }
        return exitCode(now);
    }

    private static int exitCode(int status) {
        return status < SIGNALLED ? status : status - SIGNALLED + 128;
    }

    /**
     * Which signal has ended it.
     *
     * @return 0 when none has: it has exited by itself, or is still running
     */
    public int signal() {
        return Math.max(0, status.getNow(0) - SIGNALLED);
    }

    @Override
    public CompletableFuture<Process> onExit() {
        return status.thenApply(ended -> this);
    }

    @Override
    public OutputStream getOutputStream() {
        return in;
    }

    @Override
    public InputStream getInputStream() {
        return out;
    }

    @Override
    public InputStream getErrorStream() {
        return err;
    }

    @Override
    public long pid() {
        return pid;
    }

    @Override
    public void destroy() {
        kill(false);
    }

    @Override
    public Process destroyForcibly() {
        kill(true);
        return this;
    }

    /** A ProcessHandle only now: its class takes tens of milliseconds to initialize, and most end by themselves. */
    private synchronized void kill(boolean forcibly) {
        if (!reaped) { // else the pid may be another's
            ProcessHandle.of(pid).ifPresent(forcibly ? ProcessHandle::destroyForcibly : ProcessHandle::destroy);
        }
    }

    @Override
    public String toString() {
        return "SpawnedProcess(" + pid() + (status.isDone() ? ", ended)" : ")");
    }
}
