import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Writes the sources that nobody should write by hand, for functions of 0 to 10 parameters: the functional interfaces Fn
 * and Pn, RemoteFunctionn and RemoteActionn, and the overloads of task, run, function and action, behind what is written by
 * hand of the class Atoll. Run by the build as a single-file program: {@code java GenerateTaskOverloads.java
 * OUTPUT_DIRECTORY TEMPLATES}. A file that would not change is not touched.
 *
 * <p>Up to four arguments may be any mixture of values and refs, each mixture being an overload; from five on there are
 * two, all values and all {@code Arg}s.
 */
public final class GenerateTaskOverloads {
    private static final int MOST_PARAMETERS = 10;
    private static final int MOST_MIXED = 4;
    private static final String NULLABLE = "import org.jspecify.annotations.Nullable;";
    private static final String[] COUNTS = {
        "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"
    };

    /** Functions, and those that return nothing. */
    private enum Kind {
        FUNCTION("F", "RemoteFunction", "task", "TaskCall<R>", "ObjectRef<R>"),
        ACTION("P", "RemoteAction", "run", "RunCall", "ObjectRef<@Nullable Void>");

        final String type;
        final String remote;
        final String method;
        final String call;
        final String ref;

        Kind(String type, String remote, String method, String call, String ref) {
            this.type = type;
            this.remote = remote;
            this.method = method;
            this.call = call;
            this.ref = ref;
        }

        boolean returns() {
            return this == FUNCTION;
        }
    }

    private final Path directory;
    private final Set<Path> written = new HashSet<>();

    private GenerateTaskOverloads(Path directory) {
        this.directory = directory;
    }

    public static void main(String[] args) throws IOException {
        GenerateTaskOverloads generator =
                new GenerateTaskOverloads(Files.createDirectories(Path.of(args[0], "io", "atoll")));
        for (Kind kind : Kind.values()) {
            for (int n = 0; n <= MOST_PARAMETERS; ++n) {
                generator.write(kind.type + n, functionType(kind, n));
                generator.write(kind.remote + n, remote(kind, n));
            }
        }
        generator.write("Atoll", withOverloads(Path.of(args[1], "io", "atoll", "Atoll.java")));
        generator.deleteOthers();
    }

    // ---- F2, P2

    private static String functionType(Kind kind, int n) {
        List<String> supertypes = new ArrayList<>(List.of("Serializable"));
        if (isCallable(kind, n)) {
            supertypes.add("Callable<R>");
        }
        Source source = new Source();
        source.lines("package io.atoll;", "", "import java.io.Serializable;");
        source.lines(isCallable(kind, n), "import java.util.concurrent.Callable;");
        source.lines(!types(kind, n).isEmpty(), NULLABLE);
        source.lines(
                "",
                "/**",
                " * A function of " + parameters(n) + " that returns " + (kind.returns() ? "a value" : "nothing")
                        + ", as {@link Atoll#" + kind.method + "} and {@link " + kind.remote + n + "} take",
                " * it: a method reference, a lambda, or an object of a class of yours that can be stored. It is Serializable so that",
                " * the first two can be sent to a worker; what they capture must be storable.",
                " *");
        source.lines(typeDoc(kind, n, " * "));
        source.lines(
                " * @since 0.1",
                " */",
                "@FunctionalInterface",
                "public interface " + declared(kind.type, kind, n) + " extends " + String.join(", ", supertypes) + " {",
                "    /**",
                "     * The call; runs in a worker.",
                "     *");
        source.lines(each(n, i -> "     * @param a" + i + " argument " + i));
        source.lines(kind.returns(), "     * @return the result");
        source.lines(
                "     * @throws Exception the cause of the {@link TaskException} that the get of the result throws",
                "     */");
        source.lines(isCallable(kind, n), "    @Override");
        source.lines(
                "    " + (kind.returns() ? "R" : "void") + " call("
                        + String.join(", ", each(n, i -> "T" + i + " a" + i)) + ") throws Exception;",
                "}");
        return source.toString();
    }

    private static boolean isCallable(Kind kind, int n) {
        return kind.returns() && n == 0;
    }

    // ---- RemoteFunction2, RemoteAction2

    private static String remote(Kind kind, int n) {
        String self = type(kind.remote, kind, n);
        Source source = new Source();
        source.lines("package io.atoll;", "");
        source.lines(isCallable(kind, n), "import java.util.concurrent.Callable;");
        source.lines(NULLABLE, "");
        source.lines(
                "/**",
                " * A function of " + parameters(n) + " that returns " + (kind.returns() ? "a value" : "nothing")
                        + " and runs in workers, with what each of its tasks needs. Its types are fixed, so",
                " * that javac looks at refs knowing them: what it says about a wrong {@code submit} is short, and said soon. Immutable;",
                " * any thread may use it.",
                " *");
        source.lines(typeDoc(kind, n, " * "));
        source.lines(
                " * @since 0.1",
                " */",
                "public final class " + declared(kind.remote, kind, n) + " extends Remote<" + self + "> {",
                "    private " + kind.remote + n + "(Object function, TaskOptions options) {",
                "        super(function, options);",
                "    }",
                "",
                "    /**",
                "     * A function with the usual needs: one CPU, three retries. The types on the left of an assignment, or a witness, choose",
                "     * among methods of one name: {@code " + example(kind, n) + "}.",
                "     *");
        source.lines(typeDoc(kind, n, "     * "));
        source.lines(
                "     * @param function runs in a worker",
                "     * @return to submit",
                "     */",
                "    public static " + generics(kind, n) + self + " of(" + type(kind.type, kind, n) + " function) {",
                "        return new " + kind.remote + n + diamond(kind, n) + "(function, TaskOptions.USUAL);",
                "    }");
        if (isCallable(kind, n)) {
            source.lines(
                    "",
                    "    /**",
                    "     * What an object computes: it is stored, and called in a worker.",
                    "     *",
                    "     * @param <R> type of the result",
                    "     * @param function an object of a class that can be stored",
                    "     * @return to submit",
                    "     */",
                    "    public static <R extends @Nullable Object> RemoteFunction0<R> of(Callable<R> function) {",
                    "        return new RemoteFunction0<>(function, TaskOptions.USUAL);",
                    "    }");
        }
        source.lines(
                "",
                "    @Override",
                "    " + self + " with(TaskOptions options) {",
                "        return new " + kind.remote + n + diamond(kind, n) + "(function, options);",
                "    }");
        for (int refs : mixtures(n)) {
            source.lines(
                    "",
                    "    /**",
                    "     * Starts a task and returns at once; with " + arguments(n, refs) + ".",
                    "     *");
            source.lines(argumentDoc(n, refs));
            source.lines(
                    "     * @return the ref of " + (kind.returns() ? "its result" : "its end, whose value is null"),
                    "     * @throws IllegalStateException when Atoll is not running in this process, or a ref is closed",
                    "     * @throws UnserializableException when something that is captured or an argument cannot be stored",
                    "     * @throws ObjectStoreFullException when a large argument does not fit in the store",
                    "     */",
                    "    public " + kind.ref + " submit(" + String.join(", ", parameterList(n, refs)) + ") {",
                    "        return start(new Object[] {" + String.join(", ", argumentList(n, refs)) + "});",
                    "    }");
        }
        source.lines("}");
        return source.toString();
    }

    private static String example(Kind kind, int n) {
        if (kind.returns() && n == 2) {
            return "RemoteFunction2<Integer, Integer, Integer> larger = RemoteFunction2.of(Math::max)";
        }
        String types = n == 0 && !kind.returns() ? "" : "<...>";
        return kind.remote + n + types + " f = " + kind.remote + n + ".of(U::f)";
    }

    // ---- task, run, function, action

    /**
     * What is written by hand, with the overloads behind: Scala sees a class's static methods where they are declared, and
     * not those that it inherits.
     */
    private static String withOverloads(Path template) throws IOException {
        String source = Files.readString(template);
        TreeSet<String> imports = new TreeSet<>(List.of(
                "import io.atoll.concurrent.Emitter;",
                "import io.atoll.spi.EmitterArgument;",
                "import java.util.concurrent.Callable;"));
        source.lines().filter(line -> line.startsWith("import ")).forEach(imports::add);
        int first = source.indexOf("import ");
        int last = source.indexOf("\n\n", first);
        return source.substring(0, first)
                + String.join("\n", imports)
                + source.substring(last, source.lastIndexOf('}'))
                + overloads()
                + "}\n";
    }

    private static String overloads() {
        Source source = new Source();
        source.lines(
                "",
                "    /**",
                "     * A call of an object: it is stored, and called in a worker.",
                "     *",
                "     * @param <R> type of the result",
                "     * @param function an object of a class that can be stored",
                "     * @return the call, not started yet",
                "     */",
                "    public static <R extends @Nullable Object> TaskCall<R> task(Callable<R> function) {",
                "        return new TaskCall<>(function, new Object[] {});",
                "    }",
                "",
                "    /**",
                "     * What an object computes, as {@link RemoteFunction0#of(Callable)}.",
                "     *",
                "     * @param <R> type of the result",
                "     * @param function an object of a class that can be stored",
                "     * @return to submit",
                "     */",
                "    public static <R extends @Nullable Object> RemoteFunction0<R> function(Callable<R> function) {",
                "        return RemoteFunction0.of(function);",
                "    }");
        for (Kind kind : Kind.values()) {
            for (int n = 0; n <= MOST_PARAMETERS; ++n) {
                named(source, kind, n);
                for (int refs : mixtures(n)) {
                    call(source, kind, n, refs);
                }
            }
        }
        for (int n = 0; n <= MOST_MIXED; ++n) {
            for (int refs : mixtures(n)) {
                stream(source, n, refs);
            }
        }
        return source.toString();
    }

    /** stream: of a function of one parameter more, which is an emitter. */
    private static void stream(Source source, int n, int refs) {
        List<String> taken = each(n, i -> "T" + i);
        taken.add("Emitter<R>");
        List<String> parameters = parameterList(n, refs);
        parameters.add(0, "P" + (n + 1) + "<" + String.join(", ", taken) + "> function");
        List<String> arguments = argumentList(n, refs);
        arguments.add("EmitterArgument.HERE");
        source.lines(
                "",
                "    /**",
                "     * A call of {@code function}, which emits items, with " + arguments(n, refs)
                        + " and an emitter; to be adjusted and started by {@link",
                "     * StreamCall#remote}.",
                "     *");
        source.lines(each(n, i -> "     * @param <T" + i + "> type of parameter " + i));
        source.lines("     * @param <R> type of the items", "     * @param function runs in a worker");
        source.lines(argumentDoc(n, refs));
        source.lines(
                "     * @return the call, not started yet",
                "     */",
                "    public static " + generics(Kind.FUNCTION, n) + "StreamCall<R> stream("
                        + String.join(", ", parameters) + ") {",
                "        return new StreamCall<>(function, new Object[] {" + String.join(", ", arguments) + "});",
                "    }");
    }

    /** function, action. */
    private static void named(Source source, Kind kind, int n) {
        String name = kind.returns() ? "function" : "action";
        source.lines(
                "",
                "    /**",
                "     * A function of " + parameters(n) + " as a value, with its types fixed: {@link " + kind.remote + n
                        + "#submit} it.",
                "     * {@link " + kind.remote + n + "#of} is the same, and says less when it is wrong.",
                "     *");
        source.lines(typeDoc(kind, n, "     * "));
        source.lines(
                "     * @param function runs in a worker",
                "     * @return to submit",
                "     */",
                "    public static " + generics(kind, n) + type(kind.remote, kind, n) + " " + name + "("
                        + type(kind.type, kind, n) + " function) {",
                "        return " + kind.remote + n + ".of(function);",
                "    }");
    }

    /** task, run: bit i-1 of {@code refs} says that argument i is an Arg. */
    private static void call(Source source, Kind kind, int n, int refs) {
        List<String> parameters = parameterList(n, refs);
        parameters.add(0, type(kind.type, kind, n) + " function");
        source.lines(
                "",
                "    /**",
                "     * A call of {@code function} with " + arguments(n, refs)
                        + "; to be adjusted and started by {@link " + kind.call.replace("<R>", "") + "#remote}.",
                "     *");
        source.lines(typeDoc(kind, n, "     * "));
        source.lines("     * @param function runs in a worker");
        source.lines(argumentDoc(n, refs));
        source.lines(
                "     * @return the call, not started yet",
                "     */",
                "    public static " + generics(kind, n) + kind.call + " " + kind.method + "("
                        + String.join(", ", parameters) + ") {",
                "        return new " + kind.call.replace("<R>", "<>") + "(function, new Object[] {"
                        + String.join(", ", argumentList(n, refs)) + "});",
                "    }");
    }

    // ---- what they have in common

    /** Which overloads there are, by the arguments that are Args. */
    private static List<Integer> mixtures(int n) {
        int all = (1 << n) - 1;
        return n > MOST_MIXED
                ? List.of(0, all)
                : IntStream.rangeClosed(0, all).boxed().toList();
    }

    private static boolean isRef(int refs, int i) {
        return (refs >> i - 1 & 1) != 0;
    }

    private static List<String> parameterList(int n, int refs) {
        return each(n, i -> (isRef(refs, i) ? "Arg<? extends T" + i + ">" : "T" + i) + " a" + i);
    }

    private static List<String> argumentList(int n, int refs) {
        return each(n, i -> (isRef(refs, i) ? "Remote.argument(a" : "Remote.value(a") + i + ")");
    }

    private static List<String> argumentDoc(int n, int refs) {
        return each(
                n,
                i -> "     * @param a" + i + " argument " + i
                        + (isRef(refs, i) ? ", a ref: the function gets its value once it is there" : ""));
    }

    private static String arguments(int n, int refs) {
        if (n > MOST_MIXED) {
            return refs == 0 ? "values" : "refs, and values by {@link Atoll#value}";
        }
        return n == 0 ? "no arguments" : String.join(", ", each(n, i -> isRef(refs, i) ? "a ref" : "a value"));
    }

    private static String parameters(int n) {
        return COUNTS[n] + (n == 1 ? " parameter" : " parameters");
    }

    private static List<String> typeDoc(Kind kind, int n, String margin) {
        List<String> doc = each(n, i -> margin + "@param <T" + i + "> type of parameter " + i);
        if (kind.returns()) {
            doc.add(margin + "@param <R> type of the result");
        }
        return doc;
    }

    /** "F2<T1, T2, R>". */
    private static String type(String name, Kind kind, int n) {
        String types = String.join(", ", types(kind, n));
        return name + n + (types.isEmpty() ? "" : "<" + types + ">");
    }

    /** "F2<T1 extends @Nullable Object, ...>": where it is declared. */
    private static String declared(String name, Kind kind, int n) {
        return name + n + generics(kind, n).trim();
    }

    /** "<T1 extends @Nullable Object, ...> ": any value may be null. */
    private static String generics(Kind kind, int n) {
        String types = types(kind, n).stream()
                .map(type -> type + " extends @Nullable Object")
                .collect(Collectors.joining(", "));
        return types.isEmpty() ? "" : "<" + types + "> ";
    }

    private static String diamond(Kind kind, int n) {
        return types(kind, n).isEmpty() ? "" : "<>";
    }

    private static List<String> types(Kind kind, int n) {
        List<String> types = each(n, i -> "T" + i);
        if (kind.returns()) {
            types.add("R");
        }
        return types;
    }

    private static List<String> each(int n, IntFunction<String> text) {
        return IntStream.rangeClosed(1, n).mapToObj(text).collect(Collectors.toCollection(ArrayList::new));
    }

    private static final class Source {
        private final StringBuilder text = new StringBuilder();

        void lines(String... lines) {
            lines(List.of(lines));
        }

        void lines(boolean wanted, String... lines) {
            if (wanted) {
                lines(lines);
            }
        }

        void lines(List<String> lines) {
            lines.forEach(line -> text.append(line).append('\n'));
        }

        /** Without the empty line that a comment has before tags which it does not have. */
        @Override
        public String toString() {
            return text.toString().replaceAll("\n *\\*\n( *)\\*/", "\n$1*/");
        }
    }

    private void write(String name, String source) throws IOException {
        Path file = directory.resolve(name + ".java");
        written.add(file);
        if (!Files.exists(file) || !Files.readString(file).equals(source)) {
            Files.writeString(file, source);
        }
    }

    /** Those of an earlier version of this program, which would be compiled. */
    private void deleteOthers() throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                if (!written.contains(file)) {
                    Files.delete(file);
                }
            }
        }
    }
}
