package io.atoll.examples.kmeans;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;

/** Arrays of doubles through a socket. Not thread-safe. */
final class Wire implements AutoCloseable {
    private final SocketChannel socket;
    private final ByteBuffer bytes = ByteBuffer.allocateDirect(1 << 20).order(ByteOrder.nativeOrder());

    Wire(SocketChannel socket) {
        this.socket = socket;
    }

    void send(double[] numbers) throws IOException {
        bytes.clear().putInt(numbers.length);
        write();
        for (int at = 0; at < numbers.length; at += bytes.capacity() / Double.BYTES) {
            int count = Math.min(bytes.capacity() / Double.BYTES, numbers.length - at);
            bytes.clear();
            bytes.asDoubleBuffer().put(numbers, at, count);
            bytes.position(count * Double.BYTES);
            write();
        }
    }

    private void write() throws IOException {
        for (bytes.flip(); bytes.hasRemaining(); ) {
            socket.write(bytes);
        }
    }

    /** @param old is filled, if it is as long as what comes; else another is made */
    double[] receive(double[] old) throws IOException {
        read(Integer.BYTES);
        int length = bytes.getInt();
        double[] numbers = old.length == length ? old : new double[length];
        for (int at = 0; at < length; at += bytes.capacity() / Double.BYTES) {
            int count = Math.min(bytes.capacity() / Double.BYTES, length - at);
            read(count * Double.BYTES);
            bytes.asDoubleBuffer().get(numbers, at, count);
        }
        return numbers;
    }

    private void read(int count) throws IOException {
        for (bytes.clear().limit(count); bytes.hasRemaining(); ) {
            if (socket.read(bytes) < 0) {
                throw new EOFException("the other process is gone");
            }
        }
        bytes.flip();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
