package io.atoll.jni;

import java.io.FileDescriptor;
import java.nio.ByteBuffer;
import org.bytedeco.javacpp.annotation.Name;
import org.bytedeco.javacpp.annotation.Namespace;
import org.bytedeco.javacpp.annotation.NoException;
import org.bytedeco.javacpp.annotation.Platform;
import org.bytedeco.javacpp.annotation.Properties;
import org.bytedeco.javacpp.annotation.Raw;

/**
 * The functions of {@code atoll/c.h}, one native method each, and the only class with native methods. Its comments are
 * the contract; here is only how it looks from Java:
 *
 * <ul>
 *   <li>results {@code >= 0} are success, failures are {@code -}{@link StoreCode}, told by {@link #lastError()} on the
 *       same thread. Where C returns a {@code uint64_t} the {@code long} holds its bits;
 *   <li>an {@code atoll_object_id*} that is only read is two longs, {@code store} and {@code place}; one that is written
 *       is the address of 16 bytes, {@code idAddress};
 *   <li>out-parameters, structs and arrays are addresses of memory outside the heap, laid out as {@link StoreLayout}
 *       says. Strings are addresses of their UTF-8 bytes, ended by a zero.
 * </ul>
 *
 * <p>Nothing is checked here: a wrong address ends the process. {@link NativeLibrary#load()} must have succeeded.
 */
@Properties(@Platform(include = "store_native.h"))
@Namespace("atoll_jni")
@NoException
public final class StoreNative {
    private StoreNative() {}

    // ---- server ----

    public static native long serverStart(long optionsAddress, long serverOutAddress);

    public static native long serverStop(long server);

    public static native long serverEnd(long server);

    public static native long serverDeadClient(long server);

    public static native long serverBury(long server, long clientIndex);

    // ---- attaching ----

    public static native long attach(long socketPathUtf8Address, long optionsAddress, long clientOutAddress);

    public static native long connect(long socketPathUtf8Address);

    public static native long attachFd(long connection, long optionsAddress, long clientOutAddress);

    /** The last of the arguments' and of the environment's addresses is 0; 0 for the environment itself is ours. */
    public static native long spawn(
            long socketPathUtf8Address, long argumentsAddress, long environmentAddress, long childOutAddress);

    public static native long awaitChild(long pid);

    public static native long reapChild(long pid);

    public static native long detach(long client);

    public static native long clientIndex(long client);

    /** The 64 random bits; not a result code. */
    public static native long storeId(long client);

    public static native long awaitServerExit(long client, long timeoutNanos);

    // ---- objects ----

    public static native long expect(long client, long idOutAddress);

    public static native long create(
            long client,
            long idInOutAddress,
            long size,
            long contained,
            long tag,
            long timeoutNanos,
            long addressOutAddress);

    public static native long createReserved(
            long client, long idInOutAddress, long size, long contained, long tag, long addressOutAddress);

    public static native long resize(
            long client, long store, long place, long size, long timeoutNanos, long addressOutAddress);

    public static native long seal(long client, long store, long place, long containedAddress);

    public static native long abort(long client, long store, long place);

    public static native long get(long client, long store, long place, long timeoutNanos, long viewAddress);

    public static native long getAll(long client, long idsAddress, long count, long timeoutNanos, long viewsAddress);

    /** {@code atoll_read_whole}: the object and, behind it, the ids that it contains, without room in the store. */
    public static native long readInto(
            long client, long store, long place, long address, long bytes, long timeoutNanos);

    public static native long peek(long client, long idsAddress, long count, long viewsAddress);

    public static native long release(long client, long store, long place);

    public static native long reference(long client, long store, long place);

    public static native long dereference(long client, long store, long place);

    public static native long contains(long client, long store, long place);

    @Name("delete_")
    public static native long delete(long client, long store, long place);

    /** {@code atoll_wait}, which a Java class cannot call wait. */
    public static native long await(
            long client, long idsAddress, long count, long wanted, long timeoutNanos, long readyAddress);

    public static native long watch(long client, long idsAddress, long count);

    public static native long watchAlone(long client, long store, long place);

    public static native long watchDamaged(long client, long store, long place);

    public static native long expectAgain(long client, long store, long place);

    public static native long giveUp(long client, long store, long place);

    /** {@code atoll_unwatch} of one id. */
    public static native long unwatch(long client, long store, long place);

    public static native long takeReady(long client, long eventsAddress, long max, long timeoutNanos);

    public static native long claim(long client, long store, long place, long expected, long desired);

    public static native long claimed(long client, long store, long place);

    // ---- names ----

    public static native long publish(long client, long nameUtf8Address, long store, long place, long timeoutNanos);

    public static native long unpublish(long client, long nameUtf8Address, long timeoutNanos);

    public static native long lookup(long client, long nameUtf8Address, long idOutAddress);

    // ---- messages between processes ----

    public static native long ring(
            long client, long clientIndex, long direction, long addressOutAddress, long bytesOutAddress);

    public static native long bell(long client, long clientIndex);

    public static native long bellWait(long client, long clientIndex, long count, long timeoutNanos);

    public static native long endWaits(long client);

    public static native long bellRing(long client, long clientIndex, long threads);

    // ---- seeing inside ----

    public static native long stats(long client, long statsAddress);

    public static native long clientStats(long client, long clientIndex, long statsAddress);

    public static native long countCopied(long client, long bytes);

    public static native long countUser(long client, long counter, long add);

    public static native long list(long client, long cursorAddress, long infosAddress, long max);

    // ---- what Java needs besides ----

    /** What the last failing call on this thread had to say. */
    @Raw(withEnv = true)
    public static native String lastError();

    /**
     * A direct buffer over memory that stays its owner's: it keeps nothing alive, and must not be used once the memory
     * is unmapped or reused. At most {@link Integer#MAX_VALUE} bytes.
     */
    @Raw(withEnv = true)
    public static native ByteBuffer newDirectByteBuffer(long address, long size);

    /** Where a direct buffer's first byte lies; 0 for any other buffer. */
    public static native long addressOf(@Raw(withEnv = true) ByteBuffer buffer);

    /** A descriptor that C has opened, for a stream, whose closing closes it. */
    @Raw(withEnv = true)
    public static native FileDescriptor fileDescriptor(long fd);

    /**
     * {@code atoll_copy} to memory outside the heap: from an array, {@code from} bytes behind the first of its elements,
     * or from the address {@code from} when the array is null. Nothing is checked.
     */
    public static native void copy(@Raw(withEnv = true) Object array, long from, long to, long bytes);

    /**
     * Where native code of this process finds the store: the address of an {@code atoll_kernel_host} ({@code
     * atoll/api.h}), with the table of the functions and the client of {@link #setKernelClient}. {@code atoll/kernel.h}
     * asks for it by this name, from any library.
     */
    public static native long kernelHost();

    /** Which client kernels use; 0 before it is detached. */
    public static native void setKernelClient(long client);

    /** This process writes no core file when it crashes, nor do those that it starts. They may raise the limit again. */
    public static native void writeNoCores();

    /**
     * A whole collection, also where {@link System#gc} is ignored ({@code -XX:+DisableExplicitGC}). Returns when it is over;
     * does nothing where the JVM has no tool interface.
     */
    @Raw(withEnv = true)
    public static native void collectGarbage();

    /**
     * What was the standard input of this process, as a descriptor that its children do not inherit; -1 when the system
     * refuses. From then on the standard input, of them too, is at its end.
     */
    public static native long takeStandardInput();

    /** Does nothing: the price of crossing the boundary. */
    public static native void empty();

    /** 1 when this process has children, whoever has started them; those are among them that nobody has reaped. */
    public static native long hasChildren();

    /**
     * Ends this JVM with exit code 0, as {@link System#exit} does, its hooks included, but without a word to a logger, for
     * which a JVM of 21 or later looks through the whole class path. Returns where this JVM has no such way.
     */
    @Raw(withEnv = true)
    public static native void exitQuietly();

    /**
     * Ends this process at once, with all that is in the process group that it leads, if it does. {@link Runtime#halt} waits for threads in native code, and up to ten seconds for the
     * JVM's compilers.
     */
    public static native void endProcess(int status);

    /**
     * A number that C knows: {@code "sizeof atoll_view"}, {@code "atoll_view.address"} (an offset), or a constant such
     * as {@code "ATOLL_ABI_VERSION"}; -1 when it knows no such name.
     */
    static native long layout(@Raw(withEnv = true) String name);

    /**
     * Opens {@code java.base/java.nio} to the unnamed modules, for Arrow,
     * and marks the memory-access warning of {@code sun.misc.Unsafe} as given. Where a JDK does not let it, the
     * rest is done all the same.
     */
    @Raw(withEnv = true)
    static native void openModules();

    /** Opens a package of a module to another module, as {@code --add-opens} does; or nothing, where a JDK has no way. */
    static native void openPackage(@Raw(withEnv = true) Object module, @Raw String name, @Raw Object to);

    /** 1 when a class loader has loaded a class, 0 when it has not; it is not asked to. */
    static native long isLoaded(@Raw(withEnv = true) Object loader, @Raw String className);
}
