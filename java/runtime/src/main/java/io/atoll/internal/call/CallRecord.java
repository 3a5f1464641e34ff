package io.atoll.internal.call;

import io.atoll.ObjectId;
import io.atoll.Resources;
import io.atoll.concurrent.WorkerEnvironment;
import io.atoll.spi.ResourceUnits;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Where the fields of a call are, as it goes from its submitter through the scheduler to a worker. Little-endian:
 *
 * <pre>
 *   0  result: store, place            the task's name, too
 *  16  attempt                         0 at first; the scheduler sets it
 *  20  retries
 *  24  parent: store, place            the task that submits it; store 0: a process, but no task known; all 0: the driver
 *  40  D, number of dependencies       to be there before the call
 *  44  K, number of kept ids           named inside inline values
 *  48  where the D + K ids begin       16 bytes each, at the end of the record
 *  52  retries left                    before this run; the scheduler sets it
 *  56  flags                           whether there is a policy, an environment, whether it is a stream, is isolated, is given
 *                                      a stream
 *  60  holder: store, place            the task on whose resources the parent runs: itself, or one that helps
 *  76  how many of the kept ids, the last of them, are results beside the first
 *  80  demand, policy, environment, stream, name, function, arguments   as {@link CallWriter} writes them
 * </pre>
 *
 * <p>Strings are an int with their length and UTF-8 bytes.
 */
public final class CallRecord {
    static final int RESULT = 0;
    static final int ATTEMPT = 16;
    static final int RETRIES = 20;
    static final int PARENT = 24;
    static final int DEPENDENCIES = 40;
    static final int KEPT = 44;
    static final int IDS_AT = 48;
    static final int RETRIES_LEFT = 52;
    static final int FLAGS = 56;
    static final int HOLDER = 60;
    static final int OUTPUTS = 76;
    static final int BODY = 80;

    static final int HAS_POLICY = 1;
    static final int IS_STREAM = 2;
    static final int IS_ISOLATED = 4;
    static final int HAS_ENVIRONMENT = 8;
    static final int IS_GIVEN_STREAM = 16;

    /** Longest record: a ring takes messages of up to an eighth of its size. */
    static final int MAX_BYTES = 24 * 1024;

    // How an argument is given.
    static final byte NULL = 0;
    static final byte TRUE = 1;
    static final byte FALSE = 2;
    static final byte INT = 3;
    static final byte LONG = 4;
    static final byte DOUBLE = 5;
    static final byte STRING = 6;
    /** As the object codec writes it: tag, length, bytes. */
    static final byte ENCODED = 7;
    /** Number of the dependency whose value it is. */
    static final byte REF = 8;
    /** The same, and the name of the class that it is seen as. */
    static final byte SEEN_REF = 9;
    /** That of the stream which the call is. */
    static final byte EMITTER = 10;

    /** Of a policy, before the names of classes: three times, and how many names there are. */
    private static final int POLICY_BYTES = 3 * Long.BYTES + Integer.BYTES;

    private static final Resources ONE_CPU = Resources.cpus(1);

    private CallRecord() {}

    public static ObjectId result(DirectBuffer record) {
        return id(record, RESULT);
    }

    /** Which run of the task is sent, from 0. */
    public static int attempt(DirectBuffer record) {
        return record.getInt(ATTEMPT, ByteOrder.LITTLE_ENDIAN);
    }

    /** How often it may be begun again; a task with none must not be. */
    public static int retries(DirectBuffer record) {
        return record.getInt(RETRIES, ByteOrder.LITTLE_ENDIAN);
    }

    /** How often it may still be begun again after this run. */
    public static int retriesLeft(DirectBuffer record) {
        return record.getInt(RETRIES_LEFT, ByteOrder.LITTLE_ENDIAN);
    }

    /** Null when the driver submits it. */
    static @Nullable ObjectId parent(DirectBuffer record) {
        return taskAt(record, PARENT);
    }

    /** Null when the driver submits it. */
    static @Nullable ObjectId holder(DirectBuffer record) {
        return taskAt(record, HOLDER);
    }

    private static @Nullable ObjectId taskAt(DirectBuffer record, int at) {
        ObjectId task = id(record, at);
        return task.store() == 0 && task.place() == 0 ? null : task;
    }

    static int dependencyCount(DirectBuffer record) {
        return record.getInt(DEPENDENCIES, ByteOrder.LITTLE_ENDIAN);
    }

    static int keptCount(DirectBuffer record) {
        return record.getInt(KEPT, ByteOrder.LITTLE_ENDIAN);
    }

    /** Of the dependencies and, after them, of the kept ones. */
    static ObjectId numberedId(DirectBuffer record, int number) {
        return id(record, record.getInt(IDS_AT, ByteOrder.LITTLE_ENDIAN) + number * ObjectId.BYTES);
    }

    static List<ObjectId> ids(DirectBuffer record, int from, int count) {
        List<ObjectId> ids = new ArrayList<>(count);
        for (int i = 0; i < count; ++i) {
            ids.add(numberedId(record, from + i));
        }
        return ids;
    }

    public static ObjectId id(DirectBuffer record, int at) {
        return new ObjectId(
                record.getLong(at, ByteOrder.LITTLE_ENDIAN), record.getLong(at + Long.BYTES, ByteOrder.LITTLE_ENDIAN));
    }

    public static void putId(MutableDirectBuffer record, int at, ObjectId id) {
        record.putLong(at, id.store(), ByteOrder.LITTLE_ENDIAN);
        record.putLong(at + Long.BYTES, id.place(), ByteOrder.LITTLE_ENDIAN);
    }

    public static Resources demand(DirectBuffer record) {
        int count = record.getInt(BODY, ByteOrder.LITTLE_ENDIAN);
        if (count < 0) {
            return ONE_CPU;
        }
        Map<String, Long> amounts = new TreeMap<>();
        int at = BODY + Integer.BYTES;
        for (int i = 0; i < count; ++i) {
            String name = record.getStringUtf8(at, ByteOrder.LITTLE_ENDIAN);
            at += Integer.BYTES + record.getInt(at, ByteOrder.LITTLE_ENDIAN);
            amounts.put(name, record.getLong(at, ByteOrder.LITTLE_ENDIAN));
            at += Long.BYTES;
        }
        return ResourceUnits.of(amounts);
    }

    /** How long it may run, and what it is run again for. */
    public static RetryPolicy policy(DirectBuffer record) {
        if ((record.getInt(FLAGS, ByteOrder.LITTLE_ENDIAN) & HAS_POLICY) == 0) {
            return RetryPolicy.NONE;
        }
        int at = afterDemand(record);
        int count = record.getInt(at + 3 * Long.BYTES, ByteOrder.LITTLE_ENDIAN);
        List<String> retryOn = new ArrayList<>();
        int nameAt = at + POLICY_BYTES;
        for (int i = 0; i < count; ++i) {
            retryOn.add(record.getStringUtf8(nameAt, ByteOrder.LITTLE_ENDIAN));
            nameAt += Integer.BYTES + record.getInt(nameAt, ByteOrder.LITTLE_ENDIAN);
        }
        return new RetryPolicy(
                record.getLong(at, ByteOrder.LITTLE_ENDIAN),
                record.getLong(at + Long.BYTES, ByteOrder.LITTLE_ENDIAN),
                record.getLong(at + 2 * Long.BYTES, ByteOrder.LITTLE_ENDIAN),
                retryOn);
    }

    /** Of the workers that it is for. */
    public static WorkerEnvironment environment(DirectBuffer record) {
        return hasEnvironment(record) ? CallEnvironment.read(record, afterPolicy(record)) : WorkerEnvironment.none();
    }

    /** Whether it is for workers that have what others have not. */
    public static boolean hasEnvironment(DirectBuffer record) {
        return (record.getInt(FLAGS, ByteOrder.LITTLE_ENDIAN) & HAS_ENVIRONMENT) != 0;
    }

    /** Whether it must not run on the stack of a task that waits for it. */
    public static boolean isIsolated(DirectBuffer record) {
        return (record.getInt(FLAGS, ByteOrder.LITTLE_ENDIAN) & IS_ISOLATED) != 0;
    }

    /** The results beside the one that the task is named after: to be sealed before that. */
    public static List<ObjectId> outputs(DirectBuffer record) {
        int count = record.getInt(OUTPUTS, ByteOrder.LITTLE_ENDIAN);
        return count == 0 ? List.of() : ids(record, dependencyCount(record) + keptCount(record) - count, count);
    }

    /** Whether it has to be ended otherwise than by an error in the place of its one result. */
    public static boolean hasOneResult(DirectBuffer record) {
        return (record.getInt(FLAGS, ByteOrder.LITTLE_ENDIAN) & IS_STREAM) == 0
                && record.getInt(OUTPUTS, ByteOrder.LITTLE_ENDIAN) == 0;
    }

    /** Whether there is a stream in what it is given by value. */
    public static boolean isGivenStream(DirectBuffer record) {
        return (record.getInt(FLAGS, ByteOrder.LITTLE_ENDIAN) & IS_GIVEN_STREAM) != 0;
    }

    /** Null when the call is none. */
    public static @Nullable StreamPlace stream(DirectBuffer record) {
        if ((record.getInt(FLAGS, ByteOrder.LITTLE_ENDIAN) & IS_STREAM) == 0) {
            return null;
        }
        return StreamPlace.read(record, afterEnvironment(record));
    }

    /** Where the stream stands from which on the next run is of use. REQUIRES: it is one. */
    static void moveStream(UnsafeBuffer record, ObjectId node, long index) {
        StreamPlace.move(record, afterEnvironment(record), node, index);
    }

    /** Where the name begins. */
    static int nameAt(DirectBuffer record) {
        boolean isStream = (record.getInt(FLAGS, ByteOrder.LITTLE_ENDIAN) & IS_STREAM) != 0;
        return afterEnvironment(record) + (isStream ? StreamPlace.BYTES : 0);
    }

    /** Where the arguments begin: behind the name and the function. */
    static int argumentsAt(DirectBuffer record) {
        int end = record.getInt(IDS_AT, ByteOrder.LITTLE_ENDIAN);
        int at = afterString(record, nameAt(record), end) + Integer.BYTES;
        for (int i = 0; i < 3; ++i) { // class, method and its type
            at = afterString(record, at, end);
        }
        return at;
    }

    private static int afterString(DirectBuffer record, int at, int end) {
        int length = at < BODY || at > end - Integer.BYTES ? -1 : record.getInt(at, ByteOrder.LITTLE_ENDIAN);
        if (length < 0 || length > end - Integer.BYTES - at) {
            throw new IllegalArgumentException(
                    "a call whose ids begin at " + end + " has a string of " + length + " bytes at " + at);
        }
        return at + Integer.BYTES + length;
    }

    private static int afterEnvironment(DirectBuffer record) {
        int at = afterPolicy(record);
        return hasEnvironment(record) ? CallEnvironment.end(record, at) : at;
    }

    private static int afterPolicy(DirectBuffer record) {
        int at = afterDemand(record);
        if ((record.getInt(FLAGS, ByteOrder.LITTLE_ENDIAN) & HAS_POLICY) != 0) {
            int count = record.getInt(at + 3 * Long.BYTES, ByteOrder.LITTLE_ENDIAN);
            at += POLICY_BYTES;
            for (int i = 0; i < count; ++i) {
                at += Integer.BYTES + record.getInt(at, ByteOrder.LITTLE_ENDIAN);
            }
        }
        return at;
    }

    private static int afterDemand(DirectBuffer record) {
        int at = BODY + Integer.BYTES;
        for (int left = record.getInt(BODY, ByteOrder.LITTLE_ENDIAN); left > 0; --left) {
            at += Integer.BYTES + record.getInt(at, ByteOrder.LITTLE_ENDIAN) + Long.BYTES;
        }
        return at;
    }

    /** The task's name, for people. */
    public static String name(DirectBuffer record) {
        return record.getStringUtf8(nameAt(record), ByteOrder.LITTLE_ENDIAN);
    }

    static boolean isOneCpu(Resources demand) {
        return demand.equals(ONE_CPU);
    }

    /**
     * Throws when the numbers of a record cannot be right, so that nothing outside it is read later on. Strings and
     * arguments are checked by the buffer's own bounds.
     */
    static void check(DirectBuffer record, int length) {
        int dependencies = length < BODY ? -1 : dependencyCount(record);
        int kept = dependencies < 0 ? -1 : keptCount(record);
        long idsAt = kept < 0 ? -1 : record.getInt(IDS_AT, ByteOrder.LITTLE_ENDIAN);
        long outputs = length < BODY ? -1 : record.getInt(OUTPUTS, ByteOrder.LITTLE_ENDIAN);
        if (outputs < 0
                || outputs > kept
                || idsAt < BODY
                || idsAt + ((long) dependencies + kept) * ObjectId.BYTES != length) {
            throw new IllegalArgumentException("a call of " + length + " bytes names " + dependencies
                    + " dependencies and " + kept + " other ids at " + idsAt);
        }
        if (result(record).equals(parent(record))) {
            throw new IllegalArgumentException("task " + result(record) + " is said to have submitted itself");
        }
    }
}
