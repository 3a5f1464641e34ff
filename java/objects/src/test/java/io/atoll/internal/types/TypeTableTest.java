package io.atoll.internal.types;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.ObjectId;
import io.atoll.UnserializableException;
import io.atoll.internal.graph.JavaBytes;
import io.atoll.internal.objects.Fixture;
import java.io.IOException;
import java.io.Serializable;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Some 300 types of the JDK and of popular libraries: each comes back equal and of its class, by itself, in a record and
 * in an object (of which the last is always a graph), or is refused by a message that says where it is. What became of each stands in {@code target/types-of-jdk-N.md}.
 */
class TypeTableTest {
    /** Where a value may be refused. */
    private record Box(Object content) {}

    /** No record: all that is in it is part of a graph. */
    private static final class Held {
        private final Object content;

        Held(Object content) {
            this.content = content;
        }
    }

    /** Where a value is put. */
    private enum Place {
        ALONE,
        IN_RECORD,
        IN_OBJECT;

        Object put(Object value) {
            return this == ALONE ? value : this == IN_RECORD ? new Box(value) : new Held(value);
        }

        Object content(Object read) {
            return this == ALONE ? read : this == IN_RECORD ? ((Box) read).content() : ((Held) read).content;
        }
    }

    private final List<String> wrong = new ArrayList<>();
    private final List<String> table = new ArrayList<>(List.of("| library | value | comes back |", "|---|---|---|"));

    static List<Rows.Row> rows() {
        return Stream.of(
                        TimeValues.all(),
                        JdkValues.all(),
                        JdkCollections.all(),
                        LibraryValues.all(),
                        CollectionLibraryValues.all())
                .flatMap(List::stream)
                .toList();
    }

    @Test
    void shouldBringBackOrRefuseEachType() throws IOException {
        List<Rows.Row> rows = rows();
        for (Rows.Row row : rows) {
            String outcome = outcome(row);
            table.add("| " + row.library() + " | " + oneLine(row.name()) + " | " + oneLine(outcome) + " |");
        }
        Path report = Path.of("target", "types-of-jdk-" + Runtime.version().feature() + ".md");
        Files.createDirectories(report.getParent());
        Files.write(report, table);
        assertThat(wrong).isEmpty();
        assertThat(rows).hasSizeGreaterThan(500);
    }

    private String outcome(Rows.Row row) {
        String alone = trip(row, row.value().get(), Place.ALONE);
        String inField = trip(row, row.value().get(), Place.IN_RECORD);
        String inGraph = trip(row, row.value().get(), Place.IN_OBJECT);
        String outcome = alone.equals(inField) && alone.equals(inGraph)
                ? alone
                : alone + "; in a field " + inField + "; in an object " + inGraph;
        boolean isRight = row.isRefused()
                ? inField.startsWith("refused: box.content") && inGraph.startsWith("refused: held.content")
                : outcome.equals("equal");
        if (!isRight) {
            wrong.add(row.library() + ", " + oneLine(row.name()) + ": " + outcome);
        }
        return row.isRefused() && isRight ? inField : outcome;
    }

    private static String trip(Rows.Row row, Object value, Place place) {
        try (Fixture fixture = new Fixture()) {
            ObjectId id = fixture.codec.put(place.put(value));
            Object read;
            try {
                read = fixture.codec.get(id, Duration.ZERO);
            } finally {
                fixture.store.dereference(id);
            }
            Object content = place.content(read);
            if (isAsJavaHasIt(value, content)) {
                return "equal";
            }
            if (content == null || isNamed(value.getClass()) && content.getClass() != value.getClass()) {
                return "OF ANOTHER CLASS: " + (content == null ? null : content.getClass());
            }
            Object before = row.seen().apply(value);
            Object after = row.seen().apply(content);
            return Objects.equals(before, after) ? "equal" : "OTHER: " + after + " instead of " + before;
        } catch (UnserializableException e) {
            return "refused: " + e.getMessage();
        } catch (RuntimeException | LinkageError | AssertionError e) {
            return "FAILED: " + e;
        }
    }

    /** What stands for itself by something else comes back as Java's own serialization would bring it back. */
    private static boolean isAsJavaHasIt(Object value, Object content) {
        if (content == null || !(value instanceof Serializable) || content.getClass() == value.getClass()) {
            return false;
        }
        try {
            Object byJava = JavaBytes.read(JavaBytes.write(value));
            return byJava.getClass() == content.getClass() && byJava.equals(content);
        } catch (IOException | ClassNotFoundException e) {
            return false;
        }
    }

    /** Whether a user can tell its objects from equal ones of another class. */
    private static boolean isNamed(Class<?> type) {
        return Modifier.isPublic(type.getModifiers()) && !type.isHidden();
    }

    private static String oneLine(String text) {
        String line = text.replaceAll("\\s+", " ").replaceAll("[^ -~]", "?").replace("|", "\\|");
        return line.length() > 200 ? line.substring(0, 200) + "..." : line;
    }
}
