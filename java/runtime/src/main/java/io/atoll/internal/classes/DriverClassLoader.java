package io.atoll.internal.classes;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a worker finds the classes of tasks by: its own path, and then the driver, where that has met a loader that workers
 * have no path for. Any thread.
 */
public final class DriverClassLoader extends ClassLoader {
    static {
        registerAsParallelCapable();
    }

    private static final int MOST_FAILURES = 3;

    private final Path socket;

    /**
     * @param session the driver's directory
     * @param parent what this process's own path is read by
     */
    public DriverClassLoader(Path session, ClassLoader parent) {
        super("atoll-driver", parent);
        socket = ClassServer.socketIn(session);
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        byte[] bytes = ask(name);
        synchronized (getClassLoadingLock(name)) {
            Class<?> known = findLoadedClass(name);
            return known != null ? known : defineClass(name, bytes, 0, bytes.length);
        }
    }

    private byte[] ask(String name) throws ClassNotFoundException {
        boolean isInterrupted = false;
        int failures = 0;
        try {
            while (true) {
                isInterrupted |= Thread.interrupted();
                try {
                    return askNow(name);
                } catch (ClosedByInterruptException e) {
                    // A task is cancelled, say. What the JVM does not find now it would not find for the next task
                    // either.
                } catch (IOException e) {
                    // Who answers may have been interrupted as well.
                    if (++failures == MOST_FAILURES) {
                        throw new ClassNotFoundException(name + ": the driver cannot be asked for it: " + e, e);
                    }
                }
            }
        } finally {
            if (isInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private byte[] askNow(String name) throws ClassNotFoundException, IOException {
        if (Files.notExists(socket)) {
            throw new ClassNotFoundException(name);
        }
        try (SocketChannel driver = SocketChannel.open(UnixDomainSocketAddress.of(socket));
                DataOutputStream out = new DataOutputStream(Channels.newOutputStream(driver));
                DataInputStream in = new DataInputStream(Channels.newInputStream(driver))) {
            out.writeUTF(name);
            int length = in.readInt();
            if (length == ClassServer.UNKNOWN) {
                throw new ClassNotFoundException(name);
            }
            byte[] bytes = new byte[length];
            in.readFully(bytes);
            return bytes;
        }
    }
}
