package io.atoll.internal.memory;

import io.atoll.StoreException;
import io.atoll.internal.store.Memory;

/**
 * Bytes being decoded: an object of the store or a part of one. Whoever makes a view of them takes a share of the lease.
 */
public final class Source {
    private final long address;
    private final long size;
    private final Lease lease;
    private long copied;

    public Source(long address, long size, Lease lease) {
        this.address = address;
        this.size = size;
        this.lease = lease;
    }

    public long address() {
        return address;
    }

    public long size() {
        return size;
    }

    public Lease lease() {
        return lease;
    }

    /** Bytes that decoding has copied out so far. */
    public long copied() {
        return copied;
    }

    /** Says that so many bytes were copied. */
    public void addCopied(long bytes) {
        copied += bytes;
    }

    /** A heap copy of some of the bytes, counted. */
    public byte[] copyOut(long offset, long length) {
        checkRange(offset, length);
        if (length > Integer.MAX_VALUE - 8) {
            throw damaged(length + " of its bytes are one array");
        }
        byte[] bytes = new byte[(int) length];
        Memory.copyToArray(address + offset, bytes, length);
        copied += length;
        return bytes;
    }

    public void copyOut(Object array, long bytes) {
        checkRange(0, bytes);
        Memory.copyToArray(address, array, bytes);
        copied += bytes;
    }

    /** Throws unless the bytes lie inside. */
    public void checkRange(long offset, long length) {
        if (offset < 0 || length < 0 || offset > size - length) {
            throw damaged("it says that " + length + " bytes lie at " + offset);
        }
    }

    /** Of an object with a tag that no value of Java's has. */
    public StoreException foreign(long tag) {
        return new StoreException(
                "the object of " + size + " bytes has tag " + tag + ", which no value that Java stores"
                        + " has: a program of another language has made it. ObjectRef.bytes() gives its bytes");
    }

    public StoreException damaged(String why) {
        return new StoreException("the stored value of " + size + " bytes is damaged: " + why);
    }

    /** Says of a value that has failed to be read what is missing here or has thrown; else, that it is damaged. */
    public StoreException failed(Throwable cause, String otherwise) {
        String reason = Unreadable.reason(cause);
        return reason == null
                ? damaged(otherwise, cause)
                : new StoreException("the stored value of " + size + " bytes cannot be read here: " + reason, cause);
    }

    public StoreException damaged(String why, Throwable cause) {
        return new StoreException("the stored value of " + size + " bytes is damaged: " + why, cause);
    }
}
