package io.atoll.internal.process;

import java.util.Map;

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

    /** @param signal 0 when none ended it, but itself with the exit code */
    static Ending of(int signal, int exitCode, String lastLines) {
        String how = signal == 0 ? "exit code " + exitCode : "signal " + signal + name(signal);
        return new Ending(how, lastLines);
    }

    private static String name(int signal) {
        String name = SIGNALS.get(signal);
        return name == null ? "" : " (" + name + ")";
    }

    /** With what it printed, in lines of their own. */
    @Override
    public String toString() {
        return lastLines.isEmpty() ? how + "; it printed nothing" : how + "; the last that it printed:\n" + lastLines;
    }
}
