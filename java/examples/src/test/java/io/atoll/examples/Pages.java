package io.atoll.examples;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** The pages of docs/, and what of them is Java. */
final class Pages {
    static final Path DOCS = Path.of("../../docs");
    static final Pattern BLOCK = Pattern.compile("^```java(.*)\n((?s:.*?))^```$", Pattern.MULTILINE);
    static final Pattern SHOWN = Pattern.compile("--8<-- \"(.*)\"");

    /** What the statements of a page may use: as a reader would have it. */
    private static final String SAMPLE = """
            class Sample {
                static class Handle {}
                static class HandleCodec implements Codec<Handle> {
                    public void write(Handle handle, CodecOutput out) {}
                    public Handle read(CodecInput in) { return new Handle(); }
                }
                static double sum(Tensor tensor) { return 0; }
                static double total(double[] values) { return 0; }
                static double sumOf(Tensor tensor, int part) { return 0; }
                static Tensor tensor(int i) { return Tensor.scalar(i); }
                static List<Double> halves(Tensor tensor) { return List.of(1.0, 2.0); }
                static void parts(Tensor tensor, Emitter<Double> out) { out.emit(1.0); }
                static double sumOfParts(RefStream<Double> parts) { return 0; }
            }
            """;

    private Pages() {}

    record Source(String name, String text) {
        JavaFileObject file() {
            String path = "memory:///" + name.replaceAll("\\W", "_") + "/Page.java";
            return new SimpleJavaFileObject(URI.create(path), JavaFileObject.Kind.SOURCE) {
                @Override
                public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                    return text;
                }
            };
        }
    }

    static List<Path> pages() throws Exception {
        try (Stream<Path> files = Files.list(DOCS)) {
            return files.filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .toList();
        }
    }

    /** The blocks of a page come after each other, as a reader tries them: later ones use what earlier ones declare. */
    static Source source(Path page) throws Exception {
        String body = BLOCK.matcher(Files.readString(page))
                .results()
                .map(block -> block.group(2))
                .filter(block -> !SHOWN.matcher(block).find())
                .map(block -> block.replaceFirst(
                        "(?s)^(try \\(AtollSession session.*\n)\\}\n$", "$1// to the end of the page\n"))
                .collect(Collectors.joining("\n"));
        long open = body.chars().filter(c -> c == '{').count()
                - body.chars().filter(c -> c == '}').count();
        String text = Stream.of(
                                "io.atoll",
                                "io.atoll.codec",
                                "io.atoll.concurrent",
                                "io.atoll.store",
                                "io.atoll.table",
                                "io.atoll.tensor",
                                "java.io",
                                "java.nio",
                                "java.nio.file",
                                "java.time",
                                "java.util",
                                "java.util.concurrent",
                                "org.apache.arrow.vector")
                        .map(name -> "import " + name + ".*;\n")
                        .collect(Collectors.joining())
                + SAMPLE
                + "class Page {\n AtollSession session;\n"
                + " ObjectRef<Tensor> shared; ObjectRef<Table> tableRef;\n void page(double[] values) throws Exception {\n"
                + body + "}".repeat((int) open) + "\n}}";
        return new Source(page.getFileName().toString(), text);
    }

    /** Compiles it into a directory; what is wrong with it. */
    static List<String> compile(Source source, Path classes) {
        DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
        ToolProvider.getSystemJavaCompiler()
                .getTask(
                        null,
                        null,
                        found,
                        List.of("-proc:none", "-d", classes.toString(), "-cp", System.getProperty("java.class.path")),
                        null,
                        List.of(source.file()))
                .call();
        return found.getDiagnostics().stream()
                .filter(diagnostic -> diagnostic.getKind() == Diagnostic.Kind.ERROR)
                .map(diagnostic -> diagnostic.getMessage(Locale.ROOT) + " in\n" + source.text())
                .toList();
    }
}
