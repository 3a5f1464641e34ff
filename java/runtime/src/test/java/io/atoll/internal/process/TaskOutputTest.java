package io.atoll.internal.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What workers print, as it comes out of the driver. */
class TaskOutputTest {
    private final ByteArrayOutputStream pipe = new ByteArrayOutputStream();
    private final ByteArrayOutputStream driver = new ByteArrayOutputStream();
    private final Repeats repeats = new Repeats();
    private String task;
    private String last; // of what was forwarded, as it is remembered

    private final PrintStream worker = new PrintStream(new TaskOutput(pipe, () -> task), true, StandardCharsets.UTF_8);

    /** Ends what the worker has printed; all of it, as the driver prints it. */
    private List<String> forwarded(long pid) throws InterruptedException {
        LineForwarder forwarder = new LineForwarder(
                "test",
                new ByteArrayInputStream(pipe.toByteArray()),
                () -> new PrintStream(driver, true),
                pid,
                repeats);
        pipe.reset();
        forwarder.start();
        forwarder.join();
        last = forwarder.lastLines();
        List<String> lines = driver.toString(StandardCharsets.UTF_8).lines().toList();
        driver.reset();
        return lines;
    }

    @Test
    void shouldNameTheTaskThatPrints() throws InterruptedException {
        worker.println("at the start");
        task = "Stats.mean";
        worker.println("grüße \uD83D\uDE00");
        worker.print("one line,");
        worker.println(" in pieces\nand another");
        worker.println();
        task = "a\nb\u0001";
        worker.print("with no end");
        assertThat(forwarded(7))
                .containsExactly(
                        "(worker 7) at the start",
                        "(Stats.mean, worker 7) grüße \uD83D\uDE00",
                        "(Stats.mean, worker 7) one line, in pieces",
                        "(Stats.mean, worker 7) and another",
                        "(Stats.mean, worker 7) ",
                        "(a b , worker 7) with no end");
        assertThat(last).startsWith("at the start\ngrüße").endsWith("and another\n\nwith no end");
    }

    @Test
    void shouldForwardWhatNativeCodePrintsAsItIs() throws InterruptedException {
        pipe.writeBytes("\u0002no task\nx\u0002y\n".getBytes(StandardCharsets.UTF_8));
        assertThat(forwarded(8)).containsExactly("(worker 8) \u0002no task", "(worker 8) x\u0002y");
    }

    @Test
    void shouldNotPutLinesOfTwoThreadsIntoOne() throws InterruptedException {
        task = "first";
        worker.print("begun");
        Thread other = new Thread(() -> worker.println("another's"));
        other.start();
        other.join();
        worker.println("ended");
        assertThat(forwarded(9))
                .containsExactly("(first, worker 9) begun", "(first, worker 9) another's", "(first, worker 9) ended");
    }

    @Test
    void shouldTellOnceWhatSeveralWorkersPrint() throws InterruptedException {
        List<String> all = new ArrayList<>();
        for (long pid = 1; pid < 5; ++pid) {
            worker.println("loading");
            worker.println("by " + pid);
            worker.println("");
            all.addAll(forwarded(pid));
        }
        worker.println("loading");
        worker.println("loading");
        all.addAll(forwarded(1));
        repeats.tellAll();
        all.addAll(driver.toString(StandardCharsets.UTF_8).lines().toList());
        assertThat(all.stream().filter(each -> each.contains("loading")))
                .containsExactly(
                        "(worker 1) loading",
                        "(worker 1) loading",
                        "(worker 1) loading",
                        "(worker 4) loading [printed 3 times more, by 3 other workers]");
        assertThat(all.stream().filter(each -> each.contains("by "))).hasSize(5);
        assertThat(all.stream().filter(each -> each.endsWith(") "))).hasSize(4);
    }
}
