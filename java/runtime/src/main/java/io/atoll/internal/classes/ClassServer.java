package io.atoll.internal.classes;

import io.atoll.AtollException;
import io.atoll.internal.log.Log;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Gives the bytes of classes to the workers of this driver, at a socket in the session's directory, where only this user
 * gets in. One connection is one question: the name, as {@link DataOutputStream#writeUTF} has it; the answer is the number
 * of bytes as an int, -1 for a class that is not known, and the bytes.
 */
final class ClassServer implements AutoCloseable {
    static final int UNKNOWN = -1;

    private static final long STACK_BYTES = 512 * 1024;
    /** Descriptors or memory that there are not enough of are not back at once. */
    private static final long AFTER_FAILURE_NANOS = 10_000_000;

    /** Where the bytes are. */
    interface Bytes {
        /** Null when nobody has such a class. Any thread. */
        byte @Nullable [] of(String className) throws IOException;
    }

    private final Bytes bytes;
    private final ServerSocketChannel listener;
    /**
     * Waits for who connects. An interrupt ends such a wait and nothing else; one that comes while {@code accept} waits itself
     * closes the channel, and JDK 17 loses the connection that came with it, open, so that a worker waits for ever.
     */
    private final Selector selector;

    private ClassServer(Path socket, Bytes bytes) throws IOException {
        this.bytes = bytes;
        listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(socket));
        listener.configureBlocking(false);
        selector = listener.provider().openSelector();
        listener.register(selector, SelectionKey.OP_ACCEPT);
    }

    static Path socketIn(Path session) {
        return session.resolve("classes");
    }

    static ClassServer start(Path session, Bytes bytes) {
        try {
            ClassServer server = new ClassServer(socketIn(session), bytes);
            thread("atoll-classes", server::accept);
            return server;
        } catch (IOException e) {
            throw new AtollException("classes cannot be given to workers at " + socketIn(session) + ": " + e, e);
        }
    }

    private static void thread(String name, Runnable work) {
        Thread thread = new Thread(null, work, name, STACK_BYTES);
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (selector.isOpen()) {
            SocketChannel asker = null;
            try {
                Thread.interrupted(); // A user interrupts all threads there are.
                selector.select(key -> {});
                asker = listener.accept();
                if (asker != null) {
                    SocketChannel its = asker;
                    // Its own thread: a worker may be stopped in the middle of its question.
                    thread("atoll-class", () -> answer(its));
                }
            } catch (ClosedSelectorException e) {
                return;
            } catch (IOException | OutOfMemoryError e) {
                close(asker); // The worker sees its end.
                if (selector.isOpen()) {
                    Log.of(ClassServer.class).warn("a worker cannot ask for a class: {}", e.toString());
                    LockSupport.parkNanos(AFTER_FAILURE_NANOS);
                }
            }
        }
    }

    private static void close(@Nullable SocketChannel asker) {
        try {
            if (asker != null) {
                asker.close();
            }
        } catch (IOException e) {
            // It is closed all the same.
        }
    }

    private void answer(SocketChannel asker) {
        try (asker;
                DataInputStream in = new DataInputStream(Channels.newInputStream(asker));
                DataOutputStream out = new DataOutputStream(Channels.newOutputStream(asker))) {
            byte[] found = bytes.of(in.readUTF());
            out.writeInt(found == null ? UNKNOWN : found.length);
            if (found != null) {
                out.write(found);
            }
        } catch (IOException e) {
            // The worker sees its end, and asks again, or says that it has no such class.
        }
    }

    @Override
    public void close() {
        try (listener) {
            selector.close();
        } catch (IOException e) {
            // The socket's file goes with the session.
        }
    }
}
