package io.atoll.arrow;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.ObjectRef;
import io.atoll.TaskException;
import io.atoll.table.Table;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every function of Arrow's, without options, on columns of every type: what it gives, or that it fails, is what pyarrow says.
 */
@Timeout(600)
class EveryFunctionTest extends ComputeNode {
    private static final int AT_ONCE = 64;
    /** Where Arrow 26.0.1 ends its process, pyarrow's as well: a function, and how the names of its columns begin. */
    private static final Map<String, String> CRASHES = Map.of("if_else", "dictionary", "list_parent_indices", "map");

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    private final List<String> lines = new ArrayList<>();

    /** One that was started. */
    private record Started(String function, String columns, ObjectRef<?> ref) {}

    @Test
    void shouldGiveWhatPyArrowGives() throws Exception {
        Map<String, ObjectRef<Table>> columns = PyArrow.columns(folder);
        Files.createDirectory(folder.resolve("results"));
        List<Started> started = new ArrayList<>();
        for (ArrowFunction function : ArrowCompute.functions()) {
            if (function.name().equals("random") || function.kind().equals("group aggregate")) {
                continue; // has no inputs; is for queries
            }
            int arity = Math.max(function.arity(), 1) + (function.arity() < 0 ? 1 : 0);
            String crashing = CRASHES.getOrDefault(function.name(), "nothing");
            for (Map.Entry<String, ObjectRef<Table>> column : columns.entrySet()) {
                if (column.getKey().startsWith(crashing)) {
                    continue;
                }
                ArrowInput[] inputs = Collections.nCopies(arity, ArrowInput.of(column.getValue()))
                        .toArray(ArrowInput[]::new);
                String names = String.join(",", Collections.nCopies(arity, column.getKey()));
                started.add(new Started(
                        function.name(), names, ArrowCompute.call(Object.class, function.name(), null, inputs)));
                if (started.size() == AT_ONCE) {
                    write(started);
                }
            }
        }
        write(started);
        Files.write(folder.resolve("calls"), lines);
        assertThat(lines).hasSizeGreaterThan(15_000);
        String said = PyArrow.run("--check", folder);
        assertThat(said).contains(" gives the same for ");
        System.out.print(said);
    }

    private void write(List<Started> started) throws IOException {
        for (Started each : started) {
            String given;
            try (ObjectRef<?> ref = each.ref) {
                Object value = ref.get();
                if (value instanceof Table table) {
                    table.close();
                    write(ref.bytes());
                    given = "table";
                } else {
                    given = text(value);
                }
            } catch (TaskException e) {
                assertThat(e.getCause())
                        .as("%s of %s: %s", each.function, each.columns, e)
                        .isInstanceOf(ArrowException.class);
                given = "error " + e.getCause().getMessage().replaceAll("\\s+", " ");
            }
            lines.add(each.function + "\t" + each.columns + "\t" + given);
        }
        started.clear();
    }

    private void write(ByteBuffer bytes) throws IOException {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        Files.write(folder.resolve("results").resolve(lines.size() + ".stream"), copy);
    }

    private static String text(Object value) {
        if (value == null) {
            return "null";
        } else if (value instanceof Boolean flag) {
            return flag ? "b:1" : "b:0";
        } else if (value instanceof Double || value instanceof Float) {
            double number = ((Number) value).doubleValue();
            return Double.isNaN(number) ? "nan" : "f:%016x".formatted(Double.doubleToRawLongBits(number));
        } else if (value instanceof Number number) {
            return "i:" + number;
        }
        return "s:" + HexFormat.of().formatHex(((String) value).getBytes(StandardCharsets.UTF_8));
    }
}
