package io.atoll.examples.kmeans;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;

/** A process that gets centres and copies of blocks, and says what C++ finds in them. Argument: the port to ask. */
public final class SocketWorker {
    private SocketWorker() {}

    public static void main(String[] arguments) throws IOException {
        int port = Integer.parseInt(arguments[0]);
        try (Wire wire = new Wire(SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)))) {
            double[] centres = {};
            for (double[] block = {}; ; ) {
                centres = wire.receive(centres);
                if (centres.length == 0) {
                    return;
                }
                block = wire.receive(block);
                wire.send(KMeansOnThreads.sums(block, centres));
            }
        }
    }
}
