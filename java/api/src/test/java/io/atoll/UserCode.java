package io.atoll;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * Statements as users write them, in a class that has what the package page declares, and what javac says about each. As
 * a program it asks the javac of its own JDK about the statements that are the lines of a file, and prints for each how
 * many lines javac says: none when it compiles.
 */
final class UserCode {
    static final String PAGE = read(Path.of("src", "main", "java", "io", "atoll", "package-info.java"));

    private static final Pattern DECLARATIONS =
            Pattern.compile("Given\\n *\\*\\n *\\* <pre>\\{@code\\n(.*?) \\* \\}</pre>", Pattern.DOTALL);
    private static final String IMPORTS = "import io.atoll.*; import java.io.IOException; import java.time.Duration;"
            + " import java.util.*; import java.util.concurrent.*; import static io.atoll.Atoll.task;"
            + " import static io.atoll.Atoll.run; import static io.atoll.Atoll.get; import static io.atoll.Atoll.value;"
            + " import static io.atoll.Atoll.function; import static io.atoll.Atoll.action;\nclass Table {}\n";

    private UserCode() {}

    public static void main(String[] arguments) throws IOException {
        for (List<String> errors : errors(Files.readAllLines(Path.of(arguments[0])))) {
            System.out.println(errors.stream().mapToLong(e -> e.lines().count()).sum());
        }
    }

    /** Each statement is in a method of its own; all are compiled together. */
    static List<List<String>> errors(List<String> statements) {
        StringBuilder source = new StringBuilder(IMPORTS);
        String user = declarations();
        source.append(user, 0, user.lastIndexOf('}'));
        List<List<String>> errors = new ArrayList<>();
        long first = source.chars().filter(c -> c == '\n').count() + 2;
        for (String each : statements) {
            source.append("void user")
                    .append(errors.size())
                    .append("() throws Exception {\n")
                    .append(each)
                    .append("\n}\n");
            errors.add(new ArrayList<>());
        }
        DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
        compile(source.append("}\n").toString(), found);
        // A copy: to put one into words may have javac complete a class, of which it has more to say.
        for (Diagnostic<? extends JavaFileObject> diagnostic : List.copyOf(found.getDiagnostics())) {
            if (diagnostic.getKind() == Diagnostic.Kind.ERROR) {
                long number = (diagnostic.getLineNumber() - first) / 3;
                if (number < 0 || number >= errors.size()) {
                    throw new AssertionError("in no statement: " + diagnostic);
                }
                errors.get((int) number).add(diagnostic.toString());
            }
        }
        return errors;
    }

    /** The page's classes, and a class User with its fields. */
    private static String declarations() {
        Matcher given = DECLARATIONS.matcher(PAGE);
        if (!given.find()) {
            throw new AssertionError("the page declares nothing");
        }
        StringBuilder classes = new StringBuilder();
        StringBuilder fields = new StringBuilder("class User {\n");
        boolean inside = false;
        for (String line : given.group(1).replaceAll("(?m)^ \\* ?", "").split("\n")) {
            inside |= line.startsWith("class ");
            (inside ? classes : fields).append(line).append('\n');
            inside &= !line.startsWith("}");
        }
        return classes.append(fields).append("}\n").toString();
    }

    /** False when there is an error. */
    static boolean compile(String source, DiagnosticCollector<JavaFileObject> found) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        JavaFileObject file = new SimpleJavaFileObject(URI.create("string:///User.java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return source;
            }
        };
        List<String> options = List.of(
                "-proc:none",
                "-Xmaxerrs",
                "1000",
                "-d",
                "target",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
        return compiler.getTask(null, null, found, options, null, List.of(file)).call();
    }

    private static String read(Path path) {
        try {
            return Files.readString(path);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
