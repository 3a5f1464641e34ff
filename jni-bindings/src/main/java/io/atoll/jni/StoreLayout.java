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
    /** Which the caller sets to the size, as in every struct that has this field. */
    public static final int SERVER_OPTIONS_BYTES = ask("atoll_server_options.size");

    public static final int SERVER_OPTIONS_CAPACITY = ask("atoll_server_options.capacity");
    public static final int SERVER_OPTIONS_MAX_OBJECTS = ask("atoll_server_options.max_objects");
    public static final int SERVER_OPTIONS_MAX_CLIENTS = ask("atoll_server_options.max_clients");
    public static final int SERVER_OPTIONS_EXTENT_BYTES = ask("atoll_server_options.extent_bytes");
    public static final int SERVER_OPTIONS_RING_BYTES = ask("atoll_server_options.ring_bytes");
    public static final int SERVER_OPTIONS_WARM_BYTES = ask("atoll_server_options.warm_bytes");
    public static final int SERVER_OPTIONS_MAX_NAMES = ask("atoll_server_options.max_names");
    public static final int SERVER_OPTIONS_AWAIT_FAREWELL = ask("atoll_server_options.await_farewell");
    public static final int SERVER_OPTIONS_SOCKET_PATH = ask("atoll_server_options.socket_path");
    public static final int SERVER_OPTIONS_SPILL_DIRECTORY = ask("atoll_server_options.spill_directory");
    public static final int SERVER_OPTIONS_SPILL_LIMIT = ask("atoll_server_options.spill_limit");

    public static final int CLIENT_OPTIONS_SIZE = ask("sizeof atoll_client_options");
    public static final int CLIENT_OPTIONS_BYTES = ask("atoll_client_options.size");
    public static final int CLIENT_OPTIONS_FLAGS = ask("atoll_client_options.flags");
    public static final int CLIENT_OPTIONS_RESERVE_BYTES = ask("atoll_client_options.reserve_bytes");

    public static final int CHILD_SIZE = ask("sizeof atoll_child");
    public static final int CHILD_PID = ask("atoll_child.pid");
    public static final int CHILD_IN = ask("atoll_child.in");
    public static final int CHILD_OUT = ask("atoll_child.out");
    public static final int CHILD_ERR = ask("atoll_child.err");
    public static final int CHILD_CONNECTION = ask("ATOLL_CHILD_CONNECTION");

    public static final int VIEW_SIZE = ask("sizeof atoll_view");
    public static final int VIEW_ADDRESS = ask("atoll_view.address");
    public static final int VIEW_BYTES = ask("atoll_view.size");
    public static final int VIEW_TAG = ask("atoll_view.tag");
    public static final int VIEW_OFFSET = ask("atoll_view.offset");
    public static final int VIEW_CONTAINED = ask("atoll_view.contained");
    public static final int VIEW_CONTAINED_ADDRESS = ask("atoll_view.contained_address");

    public static final int EVENT_SIZE = ask("sizeof atoll_event");
    public static final int EVENT_ID = ask("atoll_event.id");
    public static final int EVENT_KIND = ask("atoll_event.kind");

    public static final int OPERATIONS_EXPECTS = ask("atoll_operations.expects");
    public static final int OPERATIONS_CREATES = ask("atoll_operations.creates");
    public static final int OPERATIONS_SEALS = ask("atoll_operations.seals");
    public static final int OPERATIONS_ABORTS = ask("atoll_operations.aborts");
    public static final int OPERATIONS_GETS = ask("atoll_operations.gets");
    public static final int OPERATIONS_RELEASES = ask("atoll_operations.releases");
    public static final int OPERATIONS_REFERENCES = ask("atoll_operations.references");
    public static final int OPERATIONS_DEREFERENCES = ask("atoll_operations.dereferences");
    public static final int OPERATIONS_DELETES = ask("atoll_operations.deletes");
    public static final int OPERATIONS_WAITS = ask("atoll_operations.waits");
    public static final int OPERATIONS_CLAIMS = ask("atoll_operations.claims");
    public static final int OPERATIONS_LOOKUPS = ask("atoll_operations.lookups");
    public static final int OPERATIONS_PUBLISHES = ask("atoll_operations.publishes");
    public static final int OPERATIONS_UNPUBLISHES = ask("atoll_operations.unpublishes");
    public static final int OPERATIONS_BYTES_WRITTEN = ask("atoll_operations.bytes_written");
    public static final int OPERATIONS_BYTES_COPIED = ask("atoll_operations.bytes_copied");

    public static final int STATS_SIZE = ask("sizeof atoll_stats_t");
    public static final int STATS_BYTES = ask("atoll_stats_t.size");
    public static final int STATS_CAPACITY = ask("atoll_stats_t.capacity");
    public static final int STATS_ALLOCATED = ask("atoll_stats_t.allocated");
    public static final int STATS_FREE = ask("atoll_stats_t.free");
    public static final int STATS_RESERVED = ask("atoll_stats_t.reserved");
    public static final int STATS_PINNED_BYTES = ask("atoll_stats_t.pinned_bytes");
    public static final int STATS_SEALED_BYTES = ask("atoll_stats_t.sealed_bytes");
    public static final int STATS_SPILLED_BYTES = ask("atoll_stats_t.spilled_bytes");
    public static final int STATS_CONTROL_BYTES = ask("atoll_stats_t.control_bytes");
    public static final int STATS_OBJECTS = ask("atoll_stats_t.objects");
    public static final int STATS_SEALED_OBJECTS = ask("atoll_stats_t.sealed_objects");
    public static final int STATS_SPILLED_OBJECTS = ask("atoll_stats_t.spilled_objects");
    public static final int STATS_LOST_OBJECTS = ask("atoll_stats_t.lost_objects");
    public static final int STATS_MAX_OBJECTS = ask("atoll_stats_t.max_objects");
    public static final int STATS_PINS = ask("atoll_stats_t.pins");
    public static final int STATS_NAMES = ask("atoll_stats_t.names");
    public static final int STATS_MAX_NAMES = ask("atoll_stats_t.max_names");
    public static final int STATS_CLIENTS = ask("atoll_stats_t.clients");
    public static final int STATS_MAX_CLIENTS = ask("atoll_stats_t.max_clients");
    public static final int STATS_ATTACHED = ask("atoll_stats_t.attached");
    public static final int STATS_BURIED = ask("atoll_stats_t.buried");
    public static final int STATS_EXTENT_BYTES = ask("atoll_stats_t.extent_bytes");
    public static final int STATS_EXTENTS_FREE = ask("atoll_stats_t.extents_free");
    public static final int STATS_EXTENTS_OF_CLIENTS = ask("atoll_stats_t.extents_of_clients");
    public static final int STATS_EXTENTS_OF_SERVER = ask("atoll_stats_t.extents_of_server");
    public static final int STATS_LARGEST_FREE = ask("atoll_stats_t.largest_free");
    public static final int STATS_FRAGMENTATION_PERMILLE = ask("atoll_stats_t.fragmentation_permille");
    /** An {@code atoll_operations}. */
    public static final int STATS_DONE = ask("atoll_stats_t.done");

    public static final int STATS_FREED = ask("atoll_stats_t.freed");
    public static final int STATS_EVICTED = ask("atoll_stats_t.evicted");
    public static final int STATS_RESTORED = ask("atoll_stats_t.restored");
    public static final int STATS_BYTES_SPILLED = ask("atoll_stats_t.bytes_spilled");
    public static final int STATS_BYTES_SPILLING = ask("atoll_stats_t.bytes_spilling");
    public static final int STATS_BYTES_RESTORED = ask("atoll_stats_t.bytes_restored");

    public static final int CLIENT_STATS_SIZE = ask("sizeof atoll_client_stats_t");
    public static final int CLIENT_STATS_BYTES = ask("atoll_client_stats_t.size");
    public static final int CLIENT_STATS_PID = ask("atoll_client_stats_t.pid");
    public static final int CLIENT_STATS_PINS = ask("atoll_client_stats_t.pins");
    public static final int CLIENT_STATS_PINNED_BYTES = ask("atoll_client_stats_t.pinned_bytes");
    public static final int CLIENT_STATS_REFERENCES = ask("atoll_client_stats_t.references");
    public static final int CLIENT_STATS_CREATING_BYTES = ask("atoll_client_stats_t.creating_bytes");
    public static final int CLIENT_STATS_LEASED_BYTES = ask("atoll_client_stats_t.leased_bytes");
    /** An {@code atoll_operations}. */
    public static final int CLIENT_STATS_DONE = ask("atoll_client_stats_t.done");

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

    /** What {@link #EVENT_KIND} says, beside that the object is ready. */
    public static final int EVENT_ALONE = ask("ATOLL_EVENT_ALONE");

    public static final int EVENT_DAMAGED = ask("ATOLL_EVENT_DAMAGED");

    /** Of one object in a client's reserve, at most. */
    public static final int MOST_RESERVED_BYTES = ask("ATOLL_MOST_RESERVED_BYTES");

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
