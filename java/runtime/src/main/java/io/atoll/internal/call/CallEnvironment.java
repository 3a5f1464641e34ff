package io.atoll.internal.call;

import io.atoll.concurrent.WorkerEnvironment;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.agrona.DirectBuffer;

/** An environment within a {@link CallRecord}: class path, flags, and names with values, each an int with their number, and strings. */
final class CallEnvironment {
    private int at;
    private final DirectBuffer record;

    private CallEnvironment(DirectBuffer record, int at) {
        this.record = record;
        this.at = at;
    }

    /** Its strings, as they are written. */
    static List<List<String>> strings(WorkerEnvironment environment) {
        List<String> variables = new ArrayList<>();
        environment.variables().forEach((name, value) -> variables.addAll(List.of(name, value)));
        return List.of(
                environment.classPath().stream().map(Path::toString).toList(), environment.jvmFlags(), variables);
    }

    static WorkerEnvironment read(DirectBuffer record, int at) {
        CallEnvironment reader = new CallEnvironment(record, at);
        List<Path> classPath = reader.list().stream().map(Path::of).toList();
        List<String> flags = reader.list();
        List<String> variables = reader.list();
        Map<String, String> byName = new LinkedHashMap<>();
        for (int i = 0; i + 1 < variables.size(); i += 2) {
            byName.put(variables.get(i), variables.get(i + 1));
        }
        return new WorkerEnvironment(classPath, flags, byName);
    }

    /** Where it ends. */
    static int end(DirectBuffer record, int at) {
        CallEnvironment reader = new CallEnvironment(record, at);
        reader.list();
        reader.list();
        reader.list();
        return reader.at;
    }

    private List<String> list() {
        int count = record.getInt(at, ByteOrder.LITTLE_ENDIAN);
        at += Integer.BYTES;
        List<String> all = new ArrayList<>();
        for (int i = 0; i < count; ++i) {
            all.add(record.getStringUtf8(at, ByteOrder.LITTLE_ENDIAN));
            int length = record.getInt(at, ByteOrder.LITTLE_ENDIAN);
            if (length < 0) {
                throw new IllegalArgumentException("a string of " + length + " bytes in an environment");
            }
            at += Integer.BYTES + length;
        }
        return all;
    }
}
