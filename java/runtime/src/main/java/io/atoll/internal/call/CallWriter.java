package io.atoll.internal.call;

import io.atoll.ObjectId;
import io.atoll.ObjectLostException;
import io.atoll.ObjectRef;
import io.atoll.Resources;
import io.atoll.UnserializableException;
import io.atoll.concurrent.WorkerEnvironment;
import io.atoll.internal.call.FunctionReader.Function;
import io.atoll.internal.memory.Encoded;
import io.atoll.internal.objects.ObjectCodec;
import io.atoll.internal.store.ObjectStore;
import io.atoll.spi.EmitterArgument;
import io.atoll.spi.PassedRef;
import io.atoll.spi.ResourceUnits;
import io.atoll.spi.SeenRef;
import io.atoll.spi.TaskPolicy;
import io.atoll.spi.TaskRequest;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Writes one call after the other as {@link CallRecord} lays it out. Small values travel in the record; large ones, and
 * those with buffers worth sharing, are put into the store first and named as dependencies. Used by one thread.
 */
public final class CallWriter {
    /** Larger values are put. */
    static final int INLINE_BYTES = 512;
    /** Once a record has grown to this, every further value is put. */
    private static final int ENOUGH = 8 * 1024;

    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

    private final ObjectStore store;
    private final ObjectCodec codec;
    private final ObjectWriter writer;
    private final UnsafeBuffer record = new UnsafeBuffer(ByteBuffer.allocateDirect(CallRecord.MAX_BYTES));
    private final List<ObjectId> dependencies = new ArrayList<>();
    private final List<ObjectId> kept = new ArrayList<>();
    private final List<ObjectId> temporaries = new ArrayList<>();
    private int at;
    private boolean isGivenStream;
    private String where = ""; // in the call it is, for people

    public CallWriter(ObjectStore store, ObjectCodec codec, ObjectWriter writer) {
        this.store = store;
        this.codec = codec;
        this.writer = writer;
    }

    /**
     * Writes the call; the record is there until the next one.
     *
     * @param submitter of the call
     * @param results what it makes
     */
    public void write(TaskRequest request, Submitter submitter, Results results) {
        dependencies.clear();
        kept.clear();
        temporaries.clear();
        isGivenStream = false;
        Function function = FunctionReader.read(request.function(), request.arguments().length);
        FunctionDescriptor descriptor = function.descriptor();
        boolean written = false;
        try {
            at = CallRecord.BODY;
            demand(request.resources());
            boolean hasPolicy = !request.policy().isNone();
            if (hasPolicy) {
                policy(RetryPolicy.of(request.policy()));
            }
            WorkerEnvironment environment = request.policy().environment();
            if (environment != null && !environment.isNone()) {
                environment(environment);
            }
            StreamPlace stream = results.stream();
            if (stream != null) {
                room(StreamPlace.BYTES);
                stream.write(record, at);
                at += StreamPlace.BYTES;
            }
            string(request.name() == null ? function.name() : request.name());
            integer(descriptor.kind());
            string(descriptor.className());
            string(descriptor.methodName());
            string(descriptor.methodType());
            integer(function.captured().length + request.arguments().length);
            where = "what the function captures";
            for (@Nullable Object value : function.captured()) {
                value(value);
            }
            int number = function.captured().length;
            int position = 1;
            for (@Nullable Object argument : request.arguments()) {
                if (argument == null) {
                    NullArguments.check(
                            descriptor, number, request.function().getClass().getClassLoader());
                }
                ++number;
                where = "argument " + position++;
                if (argument instanceof ObjectRef<?> ref) {
                    dependency(CallRecord.REF, ofThisStore(ref));
                } else if (argument instanceof SeenRef seen) {
                    dependency(CallRecord.SEEN_REF, ofThisStore(seen.ref()));
                    string(seen.form().getName());
                } else if (argument == EmitterArgument.HERE) {
                    kind(CallRecord.EMITTER);
                } else if (argument instanceof PassedRef passed) {
                    value(passed.ref());
                } else {
                    value(argument);
                }
            }
            CallRecord.putId(record, CallRecord.RESULT, results.task());
            record.putInt(CallRecord.ATTEMPT, 0, ORDER);
            record.putInt(CallRecord.RETRIES, request.retries(), ORDER);
            record.putInt(CallRecord.RETRIES_LEFT, request.retries(), ORDER);
            record.putInt(CallRecord.FLAGS, flags(request.policy(), results), ORDER);
            CallRecord.putId(record, CallRecord.PARENT, submitter.task());
            CallRecord.putId(record, CallRecord.HOLDER, submitter.holder());
            record.putInt(CallRecord.OUTPUTS, results.outputs().size(), ORDER);
            kept.addAll(results.outputs());
            record.putInt(CallRecord.DEPENDENCIES, dependencies.size(), ORDER);
            record.putInt(CallRecord.KEPT, kept.size(), ORDER);
            record.putInt(CallRecord.IDS_AT, at, ORDER);
            ids(dependencies);
            ids(kept);
            written = true;
        } catch (UnserializableException e) {
            throw new UnserializableException(
                    "task " + (request.name() == null ? function.name() : request.name()) + ", " + where + ": "
                            + e.getMessage(),
                    e);
        } finally {
            if (!written) {
                temporaries.forEach(store::dereference);
            }
        }
    }

    public UnsafeBuffer record() {
        return record;
    }

    public int length() {
        return at;
    }

    /** The objects that were made for the call, to each of which this process holds a reference; null for none. */
    public ObjectId @Nullable [] temporaries() {
        return temporaries.isEmpty() ? null : temporaries.toArray(new ObjectId[0]);
    }

    private int flags(TaskPolicy policy, Results results) {
        return (policy.isNone() ? 0 : CallRecord.HAS_POLICY)
                | (results.stream() == null ? 0 : CallRecord.IS_STREAM)
                | (hasEnvironment(policy) ? CallRecord.HAS_ENVIRONMENT : 0)
                | (isGivenStream ? CallRecord.IS_GIVEN_STREAM : 0)
                | (policy.isIsolated() ? CallRecord.IS_ISOLATED : 0);
    }

    private void policy(RetryPolicy policy) {
        number(policy.timeoutNanos());
        number(policy.backoffNanos());
        number(policy.longestBackoffNanos());
        integer(policy.retryOn().size());
        policy.retryOn().forEach(this::string);
    }

    private static boolean hasEnvironment(TaskPolicy policy) {
        return policy.environment() != null && !policy.environment().isNone();
    }

    private void environment(WorkerEnvironment environment) {
        for (List<String> strings : CallEnvironment.strings(environment)) {
            integer(strings.size());
            strings.forEach(this::string);
        }
    }

    private void demand(Resources resources) {
        if (CallRecord.isOneCpu(resources)) {
            integer(-1);
            return;
        }
        double gpus = resources.quantity(Resources.GPU);
        if (gpus > 1 && gpus != Math.rint(gpus)) {
            throw new IllegalArgumentException("GPU: " + gpus + " asked; a task has whole ones, or a part of one");
        }
        Map<String, Long> amounts = ResourceUnits.amounts(resources);
        integer(amounts.size());
        amounts.forEach((name, amount) -> {
            string(name);
            number(amount);
        });
    }

    private void value(@Nullable Object value) {
        if (value == null) {
            kind(CallRecord.NULL);
        } else if (value instanceof Integer i) {
            kind(CallRecord.INT);
            integer(i);
        } else if (value instanceof Long l) {
            kind(CallRecord.LONG);
            number(l);
        } else if (value instanceof Double d) {
            kind(CallRecord.DOUBLE);
            room(Double.BYTES);
            record.putDouble(at, d, ORDER);
            at += Double.BYTES;
        } else if (value instanceof Boolean b) {
            kind(b ? CallRecord.TRUE : CallRecord.FALSE);
        } else if (value instanceof String s && s.length() <= INLINE_BYTES / 3 && at < ENOUGH && isWellFormed(s)) {
            kind(CallRecord.STRING);
            string(s);
        } else {
            encoded(value);
        }
    }

    private void encoded(Object value) {
        Encoded encoded = codec.encode(value);
        ObjectId[] contained = encoded.contained();
        isGivenStream = isGivenStream || hasStream(contained);
        if (encoded.size() > INLINE_BYTES || encoded.hasBuffers() || contained.length > INLINE_BYTES || at >= ENOUGH) {
            ObjectId id = writer.write(null, encoded);
            temporaries.add(id);
            dependency(CallRecord.REF, id);
            return;
        }
        int size = (int) encoded.size();
        kind(CallRecord.ENCODED);
        room(Long.BYTES + Integer.BYTES + size);
        record.putLong(at, encoded.tag(), ORDER);
        record.putInt(at + Long.BYTES, size, ORDER);
        at += Long.BYTES + Integer.BYTES;
        encoded.writeTo(record.addressOffset() + at);
        at += size;
        for (ObjectId id : contained) {
            kept.add(id);
        }
    }

    private boolean hasStream(ObjectId[] contained) {
        for (ObjectId id : contained) {
            try {
                if (id.store() == store.storeId() && store.claimed(id) == Claim.READERS) {
                    return true;
                }
            } catch (ObjectLostException e) {
                // Closed meanwhile: whoever takes the call in says so.
            }
        }
        return false;
    }

    private ObjectId ofThisStore(ObjectRef<?> ref) {
        if (ref.id().store() != store.storeId()) {
            throw new IllegalArgumentException(ref + " is of another session, whose store is gone");
        }
        return ref.id();
    }

    private void dependency(byte kind, ObjectId id) {
        kind(kind);
        integer(dependencies.size());
        dependencies.add(id);
    }

    private void kind(byte kind) {
        room(1);
        record.putByte(at++, kind);
    }

    private void number(long value) {
        room(Long.BYTES);
        record.putLong(at, value, ORDER);
        at += Long.BYTES;
    }

    private void integer(int value) {
        room(Integer.BYTES);
        record.putInt(at, value, ORDER);
        at += Integer.BYTES;
    }

    private void string(String text) {
        room(Integer.BYTES + 3 * text.length());
        at += record.putStringUtf8(at, text, ORDER, 3 * text.length());
    }

    private void ids(List<ObjectId> ids) {
        room(ids.size() * ObjectId.BYTES);
        for (int i = 0; i < ids.size(); ++i) {
            CallRecord.putId(record, at, ids.get(i));
            at += ObjectId.BYTES;
        }
    }

    private void room(int bytes) {
        if (bytes > CallRecord.MAX_BYTES - at) {
            throw new UnserializableException("a call takes at most " + CallRecord.MAX_BYTES
                    + " bytes beside its large arguments, this one more: its refs, names and resources are too many");
        }
    }

    /** UTF-8 loses surrogates that are not in pairs: such a string goes through the object codec. */
    private static boolean isWellFormed(String text) {
        for (int i = 0; i < text.length(); ++i) {
            if (Character.isSurrogate(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }
}
