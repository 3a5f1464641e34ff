package io.atoll.examples.kmeans;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;

/** The same by processes that get copies: all blocks are on the driver's heap, too. Arguments as {@link KMeans}. */
public final class KMeansBySockets {
    private final double[][] blocks;
    private final Centres centres = new Centres();
    private final BlockingQueue<Wire> idle = new LinkedBlockingQueue<>();
    private final ServerSocketChannel server =
            ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));

    private KMeansBySockets(int count) throws IOException {
        blocks = new double[count][];
    }

    private Wire startWorker() throws IOException {
        String java = System.getProperty("java.home") + "/bin/java";
        String port = Integer.toString(server.socket().getLocalPort());
        String heap = "-Xmx" + (64 + 2L * blocks[0].length * Double.BYTES / (1 << 20)) + "m";
        new ProcessBuilder(
                        java,
                        heap,
                        "-XX:ErrorFile=/dev/null",
                        "-XX:-CreateCoredumpOnCrash",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SocketWorker.class.getName(),
                        port)
                .redirectOutput(Redirect.DISCARD)
                .redirectError(Redirect.DISCARD)
                .start();
        return new Wire(server.accept());
    }

    private void ask(int block) throws IOException, InterruptedException {
        Wire worker = idle.take();
        try {
            worker.send(centres.now());
            worker.send(blocks[block]);
            centres.add(worker.receive(Centres.noSums()));
            idle.add(worker);
        } catch (IOException e) {
            System.err.println("block " + block + ": " + e.getMessage());
            worker.close();
            idle.add(startWorker());
            double[] good = KMeansOnThreads.mended(blocks[block]);
            if (good.length == blocks[block].length) {
                throw e;
            }
            blocks[block] = good;
            ask(block);
        }
    }

    public static void main(String[] arguments) throws Exception {
        Readings readings = Readings.of(arguments);
        int workers = Runtime.getRuntime().availableProcessors();
        KMeansBySockets job = new KMeansBySockets(readings.blocks());
        ExecutorService threads = Executors.newFixedThreadPool(workers);
        try {
            each(threads, readings.blocks(), i -> job.blocks[i] = KMeansOnThreads.block(readings, i));
            each(threads, workers, i -> job.idle.add(job.startWorker()));
            for (int round = 0; round < Centres.ROUNDS; ++round) {
                each(threads, readings.blocks(), job::ask);
                job.centres.move();
            }
            each(threads, workers, i -> job.idle.take().send(new double[0]));
            System.out.println(job.centres);
        } finally {
            threads.shutdownNow();
        }
    }

    private interface Step {
        void run(int number) throws Exception;
    }

    private static void each(ExecutorService threads, int count, Step step) throws Exception {
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < count; ++i) {
            int number = i;
            all.add(threads.submit(() -> {
                step.run(number);
                return null;
            }));
        }
        for (Future<?> done : all) {
            done.get();
        }
    }
}
