package io.atoll.internal.memory;

/**
 * A stored value as the bytes that it is, whatever it is: for code of ours that hands them to native code. A parameter of this
 * type, for an argument that is a ref seen as this class. Pinned until it is closed or unreachable.
 */
public final class StoredBytes implements AutoCloseable {
    private final long tag;
    private final long address;
    private final long size;
    private final Lease.Share share;

    public StoredBytes(long tag, Source source) {
        this.tag = tag;
        address = source.address();
        size = source.size();
        share = source.lease().share(this);
    }

    /** Of {@link Kind}. */
    public long tag() {
        return tag;
    }

    public long address() {
        return address;
    }

    public long size() {
        return size;
    }

    @Override
    public void close() {
        share.close();
    }
}
