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

    private final ServerSocketChannel server;
    private final Bytes bytes;

    private ClassServer(ServerSocketChannel server, Bytes bytes) {
        this.server = server;
        this.bytes = bytes;
    }

    static Path socketIn(Path session) {
        return session.resolve("classes");
    }

    static ClassServer start(Path session, Bytes bytes) {
        try {
            ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            channel.bind(UnixDomainSocketAddress.of(socketIn(session)));
            ClassServer server = new ClassServer(channel, bytes);
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
        while (server.isOpen()) {
            try {
                SocketChannel asker = server.accept();
                // Its own thread: a worker may be stopped in the middle of its question.
                thread("atoll-class", () -> answer(asker));
            } catch (IOException e) {
                if (server.isOpen()) {
                    LoggerFactory.getLogger(ClassServer.class)
                            .warn("a worker cannot ask for a class: {}", e.toString());
                }
            }
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
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            // The socket's file goes with the session.
        }
    }
}
