package io.atoll.examples.flights;

import io.atoll.Atoll;
import io.atoll.AtollException;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Properties;
import java.util.concurrent.Callable;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The flights job's command line. Bad input ends it with one line on standard error. */
@Command(
        name = "flights",
        mixinStandardHelpOptions = true,
        versionProvider = FlightsCommand.Version.class,
        sortOptions = false,
        usageHelpAutoWidth = true,
        description =
                "Delays of US flights by hour of day and by distance, computed by several JVMs over one copy of the "
                        + "data in shared memory.%n")
public final class FlightsCommand implements Callable<Integer> {
    private static final int MAX_SCALE = 100_000;
    private static final int MAX_WORKERS = 256;

    @Option(
            names = "--input",
            paramLabel = "FILE",
            description =
                    "An Arrow IPC file or stream, CSV or Parquet with the numeric columns time (hour of day), delay "
                            + "(minutes) and distance (miles); by default 200,000 flights that come with the example.")
    private Path input;

    @Option(names = "--workers", paramLabel = "N", description = "Worker processes; by default as many as CPUs.")
    private int workers = Runtime.getRuntime().availableProcessors();

    @Option(names = "--scale", paramLabel = "N", description = "Repeat the input N times; by default once.")
    private int scale = 1;

    @Option(
            names = "--store-size",
            paramLabel = "SIZE",
            converter = Bytes.class,
            description = "Room in the object store, such as 512MiB; by default a third of the memory.")
    private long storeSize;

    @Option(
            names = "--live-heap",
            description = "Say what lives on each worker's heap, for which they collect their garbage: up to a second.")
    private boolean liveHeap;

    @Spec
    private CommandSpec spec;

    /** Runs the job and ends the process. */
    public static void run(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new FlightsCommand())
                .setParameterExceptionHandler((error, arguments) -> {
                    complain(error.getMessage() + " (see --help)");
                    return error.getCommandLine().getCommandSpec().exitCodeOnInvalidInput();
                })
                .setExecutionExceptionHandler((error, command, result) -> {
                    if (isEnding()) {
                        return 1;
                    }
                    throw error;
                });
    }

    /** Whether this JVM was told to end, as by Ctrl-C. Then the session has gone, and that is nothing to complain of. */
    private static boolean isEnding() {
        Thread hook = new Thread(() -> {});
        try {
            Runtime.getRuntime().addShutdownHook(hook);
            Runtime.getRuntime().removeShutdownHook(hook);
            return false;
        } catch (IllegalStateException e) {
            return true;
        }
    }

    @Override
    public Integer call() {
        inRange("--workers", workers, MAX_WORKERS);
        inRange("--scale", scale, MAX_SCALE);
        try {
            FlightsJob.Result result = runJob();
            FlightsReport report = new FlightsReport(System.out, Terminal.isOut());
            report.print(result.stats());
            report.print(result.record());
            return 0;
        } catch (InputException | AtollException | UnsatisfiedLinkError e) {
            if (!isEnding()) {
                complain(FlightsInput.oneLine(e));
            }
            return 1;
        }
    }

    private FlightsJob.Result runJob() throws InputException {
        long begun = System.nanoTime();
        if (input != null) {
            InputFormat.of(input); // what is wrong at first sight needs no workers
        }
        AtollOptions options =
                AtollOptions.builder().workers(workers).cpus(workers).build();
        try (ProgressBar progress = new ProgressBar()) {
            progress.show("starting", 0, 0);
            // First of all: it opens Java's buffers to Arrow.
            try (AtollSession session = start(
                            storeSize == 0
                                    ? options
                                    : options.toBuilder().storeBytes(storeSize).build());
                    BufferAllocator allocator = new RootAllocator()) {
                progress.show("reading", 0, 0);
                FlightsInput flights =
                        input == null ? FlightsInput.readSample(allocator) : FlightsInput.read(input, allocator);
                try (flights) {
                    String name = input == null ? "the flights that come with the example" : input.toString();
                    return new FlightsJob(name, scale, workers, liveHeap, progress).run(flights, begun);
                }
            }
        }
    }

    private static AtollSession start(AtollOptions options) throws InputException {
        try {
            return Atoll.init(options);
        } catch (IllegalArgumentException e) {
            throw new InputException(FlightsInput.oneLine(e), e);
        }
    }

    private void inRange(String option, int value, int most) {
        if (value < 1 || value > most) {
            throw new ParameterException(
                    spec.commandLine(), option + " " + value + ": a number from 1 to " + most + " is needed");
        }
    }

    private static void complain(String line) {
        System.err.println("flights: " + line);
    }

    /** What Maven has written into the resources. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() throws IOException {
            Properties properties = new Properties();
            try (InputStream in = FlightsCommand.class.getResourceAsStream("version.properties")) {
                properties.load(in);
            }
            return new String[] {
                "Atoll flights example " + properties.getProperty("version"),
                System.getProperty("java.vm.name") + " " + System.getProperty("java.version")
            };
        }
    }
}
