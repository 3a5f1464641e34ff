package io.atoll.internal.process;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a JVM has said of its own crash.
 *
 * @param signal as {@code SIGSEGV}; or what else has ended it
 * @param frame of the stack, in which it happened
 * @param lines those that tell where, for people
 */
record CrashReport(String signal, String frame, List<String> lines) {
    /** With which each line of the summary begins, in the file as on standard output. */
    private static final String MARK = "#";

    private static final Pattern CAUSE = Pattern.compile("^#\\s+(SIG[A-Z]+|Internal Error)\\b.*", Pattern.MULTILINE);
    private static final Pattern FRAME = Pattern.compile("^# Problematic frame:\\s*\\R# (.*?)\\s*$", Pattern.MULTILINE);
    /** Of the summary: how to report a bug of the JVM's, of which hardly any crash is one. */
    private static final Pattern NOISE = Pattern.compile(
            "#|# (A fatal error has been detected|If you would like|  https?://|The crash happened outside|See problematic"
                    + "|JRE version|Java VM|An error report file|(No c|C)ore dump| */|Problematic frame).*");

    /** Of the rest: where the fault was, and the stacks. */
    private static final Pattern SECTION = Pattern.compile("(Native|Java) frames:.*|siginfo:.*");

    private static final int MOST_FRAMES = 8;

    /** Empty when the text says nothing of a crash. */
    static Optional<CrashReport> of(String text) {
        Matcher cause = CAUSE.matcher(text);
        if (!cause.find()) {
            return Optional.empty();
        }
        Matcher frame = FRAME.matcher(text);
        return Optional.of(new CrashReport(
                cause.group(1), frame.find() ? frame.group(1).replaceAll("\\s+", " ") : "", lines(text)));
    }

    private static List<String> lines(String text) {
        List<String> kept = new ArrayList<>();
        int frames = 0; // how many more of a stack
        for (String line : (Iterable<String>) text.lines()::iterator) {
            if (line.startsWith(MARK)) {
                if (!NOISE.matcher(line).matches() && !line.isBlank()) {
                    kept.add(line.substring(1).strip());
                }
            } else if (SECTION.matcher(line).matches()) {
                kept.add(line.strip());
                frames = line.contains("frames:") ? MOST_FRAMES : 0;
            } else if (line.isBlank()) {
                frames = 0;
            } else if (frames > 0) {
                --frames;
                kept.add("  " + line.strip());
            }
        }
        return List.copyOf(kept);
    }

    /** Without what a JVM prints of its crash, which is said already. */
    static String without(String printed) {
        StringBuilder others = new StringBuilder();
        printed.lines()
                .filter(line -> !line.startsWith(MARK))
                .forEach(line -> others.append(others.isEmpty() ? "" : "\n").append(line));
        return others.toString();
    }

    /** In a few words. */
    String what() {
        return frame.isEmpty() ? signal : signal + " in " + frame;
    }
}
