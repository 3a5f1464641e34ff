package io.atoll.jni;

/**
 * Sizes and offsets, in bytes, of the structs of {@code atoll/c.h}, and its constants: asked of C when this class is
 * first used, never copied. Loads the native library.
 */
public final class StoreLayout {
    static {
        NativeLibrary.load();
    }

    public static final int OBJECT_ID_SIZE = ask("sizeof atoll_object_id");
    public static final int OBJECT_ID_STORE = ask("atoll_object_id.store");
    public static final int OBJECT_ID_PLACE = ask("atoll_object_id.place");

    public static final int SERVER_OPTIONS_SIZE = ask("sizeof atoll_server_options");
    public static final int SERVER_OPTIONS_CAPACITY = ask("atoll_server_options.capacity");
    public static final int SERVER_OPTIONS_MAX_OBJECTS = ask("atoll_server_options.max_objects");
    public static final int SERVER_OPTIONS_MAX_CLIENTS = ask("atoll_server_options.max_clients");
    public static final int SERVER_OPTIONS_EXTENT_BYTES = ask("atoll_server_options.extent_bytes");
    public static final int SERVER_OPTIONS_RING_BYTES = ask("atoll_server_options.ring_bytes");
    public static final int SERVER_OPTIONS_WARM_BYTES = ask("atoll_server_options.warm_bytes");
    public static final int SERVER_OPTIONS_AWAIT_FAREWELL = ask("atoll_server_options.await_farewell");
    public static final int SERVER_OPTIONS_SOCKET_PATH = ask("atoll_server_options.socket_path");

    public static final int VIEW_SIZE = ask("sizeof atoll_view");
    public static final int VIEW_ADDRESS = ask("atoll_view.address");
    public static final int VIEW_BYTES = ask("atoll_view.size");
    public static final int VIEW_TAG = ask("atoll_view.tag");
    public static final int VIEW_OFFSET = ask("atoll_view.offset");
    public static final int VIEW_CONTAINED = ask("atoll_view.contained");
    public static final int VIEW_CONTAINED_ADDRESS = ask("atoll_view.contained_address");

    public static final int STATS_SIZE = ask("sizeof atoll_stats_t");
    public static final int STATS_CAPACITY = ask("atoll_stats_t.capacity");
    public static final int STATS_CONTROL_BYTES = ask("atoll_stats_t.control_bytes");
    public static final int STATS_ALLOCATED = ask("atoll_stats_t.allocated");
    public static final int STATS_SEALED_BYTES = ask("atoll_stats_t.sealed_bytes");
    public static final int STATS_RESERVED = ask("atoll_stats_t.reserved");
    public static final int STATS_OBJECTS = ask("atoll_stats_t.objects");
    public static final int STATS_SEALED_OBJECTS = ask("atoll_stats_t.sealed_objects");
    public static final int STATS_MAX_OBJECTS = ask("atoll_stats_t.max_objects");
    public static final int STATS_CLIENTS = ask("atoll_stats_t.clients");
    public static final int STATS_MAX_CLIENTS = ask("atoll_stats_t.max_clients");

    public static final int CLIENT_STATS_SIZE = ask("sizeof atoll_client_stats_t");
    public static final int CLIENT_STATS_PID = ask("atoll_client_stats_t.pid");
    public static final int CLIENT_STATS_CREATES = ask("atoll_client_stats_t.creates");
    public static final int CLIENT_STATS_SEALS = ask("atoll_client_stats_t.seals");
    public static final int CLIENT_STATS_GETS = ask("atoll_client_stats_t.gets");
    public static final int CLIENT_STATS_RELEASES = ask("atoll_client_stats_t.releases");
    public static final int CLIENT_STATS_BYTES_WRITTEN = ask("atoll_client_stats_t.bytes_written");
    public static final int CLIENT_STATS_BYTES_COPIED = ask("atoll_client_stats_t.bytes_copied");
    public static final int CLIENT_STATS_PINS = ask("atoll_client_stats_t.pins");
    public static final int CLIENT_STATS_LEASED_BYTES = ask("atoll_client_stats_t.leased_bytes");
    /** Four longs, one after the other. */
    public static final int CLIENT_STATS_USER = ask("atoll_client_stats_t.user");

    public static final int OBJECT_INFO_SIZE = ask("sizeof atoll_object_info");
    public static final int OBJECT_INFO_ID = ask("atoll_object_info.id");
    public static final int OBJECT_INFO_STATE = ask("atoll_object_info.state");
    public static final int OBJECT_INFO_BYTES = ask("atoll_object_info.size");
    public static final int OBJECT_INFO_TAG = ask("atoll_object_info.tag");
    public static final int OBJECT_INFO_OFFSET = ask("atoll_object_info.offset");
    public static final int OBJECT_INFO_PINS = ask("atoll_object_info.pins");
    public static final int OBJECT_INFO_REFERENCES = ask("atoll_object_info.references");

    /** What {@link StoreNative#contains} returns. */
    public static final int STATE_ABSENT = ask("ATOLL_ABSENT");

    public static final int STATE_EXPECTED = ask("ATOLL_EXPECTED");
    public static final int STATE_SEALED = ask("ATOLL_SEALED");
    public static final int STATE_LOST = ask("ATOLL_IS_LOST");

    public static final int RING_UP = ask("ATOLL_RING_UP");
    public static final int RING_DOWN = ask("ATOLL_RING_DOWN");

    /** Stands for a client index in the bell functions. */
    public static final long SCHEDULER_BELL = askLong("ATOLL_SCHEDULER_BELL");

    private StoreLayout() {}

    private static int ask(String name) {
        return Math.toIntExact(askLong(name));
    }

    private static long askLong(String name) {
        long number = StoreNative.layout(name);
        if (number < 0) {
            throw new UnsatisfiedLinkError(
                    "the native library does not know \"" + name + "\": it is of another version");
        }
        return number;
    }
}
