package io.atoll.internal.classes;

import io.atoll.AtollException;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.LoggerFactory;

/**
 * Gives the bytes of classes to the workers of this driver, at a socket in the session's directory, where only this user
 * gets in. One connection is one question: the name, as {@link DataOutputStream#writeUTF} has it; the answer is the number
 * of bytes as an int, -1 for a class that is not known, and the bytes.
 */
final class ClassServer implements AutoCloseable {
    static final int UNKNOWN = -1;

    private static final long STACK_BYTES = 512 * 1024;

    /** Where the bytes are. */
    interface Bytes {
        /** Null when nobody has such a class. Any thread. */
        byte[] of(String className) throws IOException;
    }

    private final Path socket;
    private final Bytes bytes;
    private ServerSocketChannel server; // guarded by this
    private boolean closed; // guarded by this

    private ClassServer(Path socket, Bytes bytes) throws IOException {
        this.socket = socket;
        this.bytes = bytes;
        server = open();
    }

    private ServerSocketChannel open() throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        return channel.bind(UnixDomainSocketAddress.of(socket));
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
        for (ServerSocketChannel open = server(); open != null; open = server()) {
            SocketChannel asker = null;
            try {
                asker = open.accept();
                SocketChannel its = asker;
                // Its own thread: a worker may be stopped in the middle of its question.
                thread("atoll-class", () -> answer(its));
            } catch (IOException | OutOfMemoryError e) {
                close(asker); // The worker sees its end.
                if (open.isOpen()) {
                    LoggerFactory.getLogger(ClassServer.class)
                            .warn("a worker cannot ask for a class: {}", e.toString());
                }
            }
        }
    }

    /** One that is open, again where a user has interrupted all threads there are; null when this is closed. */
    private synchronized ServerSocketChannel server() {
        if (closed || server.isOpen()) {
            return closed ? null : server;
        }
        Thread.interrupted();
        try {
            Files.deleteIfExists(socket);
            server = open();
            return server;
        } catch (IOException e) {
            LoggerFactory.getLogger(ClassServer.class)
                    .warn("workers cannot ask for classes any more: {}", e.toString());
            return null;
        }
    }

    private static void close(SocketChannel asker) {
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
            // The worker sees its end, and says that it has no such class.
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        try {
            server.close();
        } catch (IOException e) {
            // The socket's file goes with the session.
        }
    }
}
