package io.atoll.internal.process;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a worker ended.
 *
 * @param how for people: {@code exit code 3}
 * @param lastLines the last that it printed; may be empty
 */
public record Ending(String how, String lastLines) {
    private static final Map<Integer, String> SIGNALS = Map.ofEntries(
            Map.entry(1, "SIGHUP"),
            Map.entry(2, "SIGINT"),
            Map.entry(3, "SIGQUIT"),
            Map.entry(4, "SIGILL"),
            Map.entry(5, "SIGTRAP"),
            Map.entry(6, "SIGABRT"),
            Map.entry(7, "SIGBUS"),
            Map.entry(8, "SIGFPE"),
            Map.entry(9, "SIGKILL"),
            Map.entry(11, "SIGSEGV"),
            Map.entry(13, "SIGPIPE"),
            Map.entry(15, "SIGTERM"));

    /** Of a process that is gone without anybody knowing how. */
    static final Ending UNKNOWN = new Ending("in a way that is not known", "");

    /** What a JVM prints that ends by {@code -XX:+ExitOnOutOfMemoryError}, with this exit code. */
    private static final Pattern OUT_OF_MEMORY =
            Pattern.compile("^Terminating due to (java\\.lang\\.OutOfMemoryError.*)$", Pattern.MULTILINE);

    private static final int OUT_OF_MEMORY_CODE = 3;

    /** What a JVM or its launcher says of a command line with which it will never start. */
    private static final Pattern NEVER = Pattern.compile(
            "Could not create the Java Virtual Machine|Error occurred during initialization of (VM|boot layer)"
                    + "|Could not find or load main class|UnsupportedClassVersionError|NoClassDefFoundError|ClassFormatError|VerifyError|NoSuchMethodError"
                    + "|NoSuchFieldError|IncompatibleClassChangeError|ExceptionInInitializerError");

    /** What may be otherwise the next time. */
    private static final Pattern MEMORY =
            Pattern.compile("(?i)insufficient memory|not reserve enough space|cannot allocate");

    /** @param signal 0 when none ended it, but itself with the exit code */
    static Ending of(int signal, int exitCode, String lastLines) {
        String how = signal == 0 ? "exit code " + exitCode : "signal " + signal + name(signal);
        if (signal == 0 && exitCode == OUT_OF_MEMORY_CODE) {
            Matcher memory = OUT_OF_MEMORY.matcher(lastLines);
            if (memory.find()) {
                how = "out of memory: " + memory.group(1) + " (" + how + ")";
            }
        }
        return new Ending(how, lastLines);
    }

    /** The same, of a worker whose JVM has said of a crash what it was: that comes first, and is not said twice. */
    Ending withCrash(CrashReport crash) {
        String printed = CrashReport.without(lastLines);
        return new Ending(
                crash.what() + ", " + how,
                String.join("\n", crash.lines()) + (printed.isEmpty() ? "" : "\n" + printed));
    }

    /** The same, with what the JVM has printed of a crash told first. */
    Ending withPrintedCrash() {
        Optional<CrashReport> crash = CrashReport.of(lastLines);
        return crash.isPresent() ? withCrash(crash.get()) : this;
    }

    /** The same, of a worker that was killed for a reason. */
    Ending because(String reason) {
        return new Ending(reason, lastLines);
    }

    /** Whether a program that is started in the same way will end in the same way. */
    boolean isForGood() {
        return how.startsWith("exit code")
                && NEVER.matcher(lastLines).find()
                && (!MEMORY.matcher(lastLines).find() || MachineMemory.addressSpace() != Long.MAX_VALUE);
    }

    private static String name(int signal) {
        String name = SIGNALS.get(signal);
        return name == null ? "" : " (" + name + ")";
    }

    /** With what it printed, in lines of their own. */
    @Override
    public String toString() {
        long addresses = MachineMemory.addressSpace();
        String why = addresses != Long.MAX_VALUE && MEMORY.matcher(lastLines).find()
                ? " (a process may have " + addresses + " bytes of addresses here, by ulimit -v: raise that, or ask for"
                        + " less by AtollOptions.Builder.storeBytes and workerHeapBytes)"
                : "";
        return how + why + (lastLines.isEmpty() ? "; it printed nothing" : "; the last that it printed:\n" + lastLines);
    }
}
