import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Writes the sources that nobody should write by hand: the functional interfaces F0..F6 and P0..P6, and one overload of
 * task and run for each way in which the arguments of a call can be values and refs. Run by the build as a single-file
 * program: {@code java GenerateTaskOverloads.java OUTPUT_DIRECTORY}. A file that would not change is not touched.
 */
public final class GenerateTaskOverloads {
    private static final int MOST_PARAMETERS = 6;
    private static final String[] COUNTS = {"no", "one", "two", "three", "four", "five", "six"};

    private final Path directory;

    private GenerateTaskOverloads(Path directory) {
        this.directory = directory;
    }

    public static void main(String[] args) throws IOException {
        GenerateTaskOverloads generator =
                new GenerateTaskOverloads(Files.createDirectories(Path.of(args[0], "io", "atoll")));
        for (int n = 0; n <= MOST_PARAMETERS; ++n) {
            generator.functionalInterface("F", n);
            generator.functionalInterface("P", n);
        }
        generator.overloads();
    }

    private void functionalInterface(String kind, int n) throws IOException {
        boolean returns = kind.equals("F");
        List<String> doc = new ArrayList<>();
        doc.add("/**");
        doc.add(" * A function of " + COUNTS[n] + (n == 1 ? " parameter" : " parameters")
                + (returns ? " that returns a value" : " that returns nothing")
                + ", as {@link Atoll#" + (returns ? "task" : "run")
                + "} takes it. Serializable, so that the lambda or");
        doc.add(" * method reference can be sent to a worker; what it captures must be storable.");
        doc.add(" *");
        each(n, i -> " * @param <T" + i + "> type of parameter " + i).forEach(doc::add);
        if (returns) {
            doc.add(" * @param <R> type of the result");
        }
        if (!returns && n == 0) {
            doc.remove(doc.size() - 1);
        }
        doc.add(" */");
        StringJoiner lines = new StringJoiner("\n", "", "\n");
        lines.add("package io.atoll;")
                .add("")
                .add("import java.io.Serializable;")
                .add("");
        doc.forEach(lines::add);
        lines.add("@FunctionalInterface");
        lines.add("public interface " + type(kind, n) + " extends Serializable {");
        lines.add("    /**");
        lines.add("     * The call; runs in a worker.");
        lines.add("     *");
        each(n, i -> "     * @param a" + i + " argument " + i).forEach(lines::add);
        if (returns) {
            lines.add("     * @return the result");
        }
        lines.add("     * @throws Exception what the get of the result throws, a checked one as a cause");
        lines.add("     */");
        lines.add("    " + (returns ? "R" : "void") + " call(" + String.join(", ", each(n, i -> "T" + i + " a" + i))
                + ") throws Exception;");
        lines.add("}");
        write(kind + n, lines.toString());
    }

    private void overloads() throws IOException {
        StringBuilder text = new StringBuilder();
        text.append("""
                package io.atoll;

                import io.atoll.spi.PassedRef;

                /**
                 * The overloads of {@link Atoll}'s {@code task} and {@code run}: each argument of a call is a value or an
                 * {@link ObjectRef} to one. Not to be named: call them as {@code Atoll.task} and {@code Atoll.run}.
                 */
                public abstract sealed class TaskOverloads permits Atoll {
                    TaskOverloads() {}

                    /** A ref in the place of a value: the function wants the ref itself. */
                    private static Object value(Object argument) {
                        return argument instanceof ObjectRef<?> ref ? new PassedRef(ref) : argument;
                    }
                """);
        for (String kind : new String[] {"F", "P"}) {
            for (int n = 0; n <= MOST_PARAMETERS; ++n) {
                for (int refs = 0; refs < 1 << n; ++refs) {
                    text.append('\n').append(overload(kind, n, refs));
                }
            }
        }
        write("TaskOverloads", text.append("}\n").toString());
    }

    /** One method; bit i-1 of {@code refs} says that argument i is a ref. */
    private static String overload(String kind, int n, int refs) {
        boolean returns = kind.equals("F");
        String call = returns ? "TaskCall" : "RunCall";
        List<String> generics = each(n, i -> "T" + i);
        if (returns) {
            generics.add("R");
        }
        List<String> parameters =
                each(n, i -> isRef(refs, i) ? "ObjectRef<? extends T" + i + "> a" + i : "T" + i + " a" + i);
        parameters.add(0, type(kind, n) + " function");
        String arguments = String.join(", ", each(n, i -> isRef(refs, i) ? "a" + i : "value(a" + i + ")"));
        StringJoiner lines = new StringJoiner("\n", "", "\n");
        lines.add("    /**");
        lines.add("     * A call of {@code function} with " + arguments(n, refs)
                + "; to be adjusted and started by {@link " + call + "#remote}.");
        lines.add("     *");
        each(n, i -> "     * @param <T" + i + "> type of parameter " + i).forEach(lines::add);
        if (returns) {
            lines.add("     * @param <R> type of the result");
        }
        lines.add("     * @param function runs in a worker");
        each(
                        n,
                        i -> "     * @param a" + i + " argument " + i
                                + (isRef(refs, i) ? ", the function gets its value once it is there" : ""))
                .forEach(lines::add);
        lines.add("     * @return the call, not started yet");
        lines.add("     */");
        lines.add("    public static " + (generics.isEmpty() ? "" : "<" + String.join(", ", generics) + "> ")
                + call + (returns ? "<R>" : "") + " " + (returns ? "task" : "run") + "("
                + String.join(", ", parameters) + ") {");
        lines.add(
                "        return new " + call + (returns ? "<>" : "") + "(function, new Object[] {" + arguments + "});");
        lines.add("    }");
        return lines.toString();
    }

    private static String arguments(int n, int refs) {
        return n == 0 ? "no arguments" : String.join(", ", each(n, i -> isRef(refs, i) ? "a ref" : "a value"));
    }

    private static boolean isRef(int refs, int i) {
        return (refs >> i - 1 & 1) != 0;
    }

    private static String type(String kind, int n) {
        List<String> parameters = each(n, i -> "T" + i);
        if (kind.equals("F")) {
            parameters.add("R");
        }
        return kind + n + (parameters.isEmpty() ? "" : "<" + String.join(", ", parameters) + ">");
    }

    private static List<String> each(int n, IntFunction<String> text) {
        return IntStream.rangeClosed(1, n).mapToObj(text).collect(Collectors.toCollection(ArrayList::new));
    }

    private void write(String name, String source) throws IOException {
        Path file = directory.resolve(name + ".java");
        if (!Files.exists(file) || !Files.readString(file).equals(source)) {
            Files.writeString(file, source);
        }
    }
}
