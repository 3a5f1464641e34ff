package io.atoll.internal.call;

import io.atoll.internal.objects.ObjectCodec;
import io.atoll.internal.store.testkit.InMemoryStore;
import org.agrona.concurrent.UnsafeBuffer;

/** Records of calls of any bytes: a worker reads them or throws, and fails the task. */
public final class CallFuzz {
    private static final ObjectCodec CODEC = new ObjectCodec(InMemoryStore.create(1 << 20), id -> null);

    private CallFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        try {
            UnsafeBuffer record = new UnsafeBuffer(data);
            CallRecord.check(record, data.length);
            CallRecord.demand(record);
            CallReader reader = new CallReader(data);
            reader.name();
            reader.function();
            reader.arguments(CODEC, (id, form) -> id);
        } catch (RuntimeException e) {
            // As it should be.
        } catch (Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }
}
