package io.atoll.examples.flights;

import io.atoll.Atoll;
import io.atoll.AtollException;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.Callable;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The flights job's command line. Bad input ends it with one line on standard error. */
@Command(
        name = "flights",
        mixinStandardHelpOptions = true,
        version = "Atoll flights example 0.1.0",
        sortOptions = false,
        description = {
            "Delays of US flights by hour of day and by distance, computed by several JVMs over one copy of the data.",
            ""
        })
public final class FlightsCommand implements Callable<Integer> {
    private static final String SAMPLE = "flights-200k.arrow";
    private static final int MAX_SCALE = 100_000;

    @Option(
            names = "--input",
            paramLabel = "FILE",
            description = "Arrow file or stream, CSV or Parquet with the numeric columns time (hour of day), delay and "
                    + "distance; by default 200,000 flights that come with the example.")
    private Path input;

    @Option(names = "--workers", paramLabel = "N", description = "Worker processes; by default as many as CPUs.")
    private int workers = Runtime.getRuntime().availableProcessors();

    @Option(names = "--scale", paramLabel = "N", description = "Repeat the input N times; default ${DEFAULT-VALUE}.")
    private int scale = 1;

    @Option(
            names = "--store-size",
            paramLabel = "SIZE",
            converter = Bytes.class,
            description = "Room in the object store, such as 512MiB; by default what the data needs.")
    private long storeSize;

    @Spec
    private CommandLine.Model.CommandSpec spec;

    /** Runs the job and ends the process. */
    public static void run(String[] arguments) {
        System.exit(new CommandLine(new FlightsCommand()).execute(arguments));
    }

    @Override
    public Integer call() {
        atLeastOne("--workers", workers);
        atLeastOne("--scale", scale);
        if (scale > MAX_SCALE) {
            throw new ParameterException(spec.commandLine(), "--scale " + scale + ": at most " + MAX_SCALE);
        }
        try {
            runJob();
            return 0;
        } catch (InputException | AtollException | IOException e) {
            System.err.println("flights: " + FlightsInput.oneLine(e));
            return 1;
        }
    }

    private void runJob() throws InputException, IOException {
        try (AtollSession session = Atoll.init(options());
                BufferAllocator allocator = new RootAllocator();
                FlightsInput flights = read(allocator)) {
            new FlightsJob(flights, scale, workers).run(System.out);
        }
    }

    private AtollOptions options() {
        AtollOptions options = AtollOptions.defaults().withWorkers(workers).withCpus(workers);
        return storeSize == 0 ? options : options.withStoreBytes(storeSize);
    }

    private FlightsInput read(BufferAllocator allocator) throws InputException, IOException {
        if (input != null) {
            return FlightsInput.read(input, allocator);
        }
        Path sample = Files.createTempFile("atoll-flights-", ".arrow");
        try (InputStream in = FlightsCommand.class.getResourceAsStream(SAMPLE)) {
            Files.copy(in, sample, StandardCopyOption.REPLACE_EXISTING);
            return FlightsInput.read(sample, allocator);
        } finally {
            Files.delete(sample);
        }
    }

    private void atLeastOne(String option, int value) {
        if (value < 1) {
            throw new ParameterException(spec.commandLine(), option + " " + value + ": at least 1");
        }
    }
}
