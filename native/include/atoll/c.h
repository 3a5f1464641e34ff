/** @file
 * Atoll's shared-memory object store: the C ABI.
 *
 * Everything that leaves this library leaves it here. The rules that hold for every function:
 *   - results >= 0 are success, failures are the negative of an atoll_code;
 *   - no C++ exception, no allocation failure and no signal crosses this boundary;
 *   - every function may be called from any thread, unless its comment says otherwise. Of several threads that end
 *     one creation (seal, abort) or change it (resize) at the same time, one wins and the others get
 *     ATOLL_NOT_CREATING;
 *   - a child of fork() has none of its parent's clients and servers: every function says so (ATOLL_DISCONNECTED), but
 *     for atoll_detach(), atoll_server_end() and atoll_server_stop(), which do nothing there. Views and addresses are not
 *     mapped in it. It may attach for itself. A child made by a bare clone() is not noticed;
 *   - times are nanoseconds; a timeout of 0 or less looks once and does not wait, ATOLL_FOREVER has no end;
 *   - structs are plain 64-bit fields, so that a Java caller can lay them out in direct memory;
 *   - options and statistics begin with their size, which the caller sets to sizeof(the struct). Fields are
 * only ever added at the end: what an older caller does not have is the default, and what a newer one asks of
 * an older library is refused, unless it is zero.
 *
 * A value's life: atoll_create() gives writable bytes, atoll_seal() makes them immutable and visible,
 * atoll_get() pins them and gives their read-only address in this process, atoll_release() ends the pin.
 * References (atoll_reference/atoll_dereference) say "must not be lost"; pins say "must not move".
 */
#ifndef ATOLL_C_H_
#define ATOLL_C_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Of what the shared library exports. */
#define ATOLL_API __attribute__((visibility("default")))

/** Raised when a struct or a function changes meaning, but not when something is added. */
#define ATOLL_ABI_VERSION 4

/** The timeout that waits for ever. Nothing else does: what is left of a deadline that has passed is negative, and over.
 */
#define ATOLL_FOREVER INT64_MAX

/** The ATOLL_ABI_VERSION of the library that this program has found, to compare with that of this header. */
ATOLL_API int64_t atoll_abi_version(void);

/** The functions below as a table, for code that is not linked to this library: see api.h. */
typedef struct atoll_api atoll_api;
/** The table of this library; it is never freed. */
ATOLL_API const atoll_api* atoll_get_api(void);

/** Why a call failed. Functions return the negative. */
typedef enum atoll_code {
  ATOLL_OK = 0,
  ATOLL_INVALID_ARGUMENT = 1, /**< a size, pointer or index that cannot be right */
  ATOLL_NOT_FOUND = 2,        /**< no such object (any more): freed, deleted, or never made in this store */
  ATOLL_ALREADY_EXISTS = 3,   /**< somebody else is creating, or has sealed, this id */
  ATOLL_NOT_CREATING = 4,     /**< seal, abort or resize of what this client is not creating, or another thread ends now */
  ATOLL_TIMED_OUT = 5,
  ATOLL_STORE_FULL = 6,       /**< no room for the bytes, and nothing that may be taken away */
  ATOLL_TOO_MANY_OBJECTS = 7, /**< every entry is in use */
  ATOLL_TOO_MANY_CLIENTS = 8, /**< every client slot is in use */
  ATOLL_DISCONNECTED = 9,     /**< the server has gone; that of an atoll-store may be started again */
  ATOLL_REFUSED = 10,         /**< another user, another pid namespace, or another layout version */
  ATOLL_CORRUPT = 11,         /**< a control word that no correct program writes */
  ATOLL_LOST = 12,            /**< the bytes cannot be had any more */
  ATOLL_SYSTEM = 13,          /**< the OS refused; atoll_last_error() says which call and errno */
  ATOLL_OUT_OF_MEMORY = 14,   /**< this process could not allocate */
  ATOLL_TOO_MANY_NAMES = 15   /**< every place for a name is in use */
} atoll_code;

/** An id is a place: no hash table stands between an id and its entry. */
typedef struct atoll_object_id {
  uint64_t store; /**< random number of the store that made it; 0 only in the nil id */
  uint64_t place; /**< entry index << 40 | generation */
} atoll_object_id;

/** A server that runs in this process. */
typedef struct atoll_server atoll_server;
/** An attachment of this process to a store. */
typedef struct atoll_client atoll_client;

/** What the last failing call on this thread had to say: values, not only a name. Never null. */
ATOLL_API const char* atoll_last_error(void);

/** The name of an atoll_code, as "STORE_FULL", or of its negative, which functions return; "UNKNOWN" for what
 * is no code. Never null, and never freed. */
ATOLL_API const char* atoll_code_name(int64_t code);

/* ---- server ------------------------------------------------------------------------------------ */

/** Zero in any field but size, capacity and socket_path asks for the default: 2^24 objects, and what follows from the
 * capacity. */
typedef struct atoll_server_options {
  uint64_t size;               /**< sizeof(atoll_server_options) */
  uint64_t capacity;           /**< bytes of object data; rounded up to whole extents */
  uint64_t max_objects;        /**< entries; at most 2^24 */
  uint64_t max_clients;        /**< client slots; at most 1024 */
  uint64_t extent_bytes;       /**< 2 MiB; smaller only in tests; a power of two */
  uint64_t ring_bytes;         /**< message ring of each direction of each client; 256 KiB; a power of two */
  uint64_t warm_bytes;         /**< how much each client keeps leased, mapped and filled ahead of need */
  uint64_t max_names;          /**< names of objects; at most 2^20 */
  uint64_t await_farewell;     /**< 1: a dead client's slot is cleaned only by atoll_server_bury() */
  const char* socket_path;     /**< in an existing directory, which should be this user's alone (0700): who can write there
                                    can take the socket away. Made 0600, removed at
                                    stop. At another user's process nobody is let in, whatever the modes are */
  const char* spill_directory; /**< an existing directory for what does not fit; null: nothing is spilled */
  uint64_t spill_limit;        /**< bytes on disk at most, in blocks of 4 KiB; 0: as much as the disk takes */
} atoll_server_options;

/** Starts a server in this process on a thread of its own. The caller stops it. */
ATOLL_API int64_t atoll_server_start(const atoll_server_options* options, atoll_server** server);

/** Ends the server and removes its socket. Clients see ATOLL_DISCONNECTED from then on. */
ATOLL_API int64_t atoll_server_stop(atoll_server* server);

/** The same but for the memory, which takes a while to give back when there is much: atoll_server_stop() is still to be
 * called, from any thread, and nothing else of the server. */
ATOLL_API int64_t atoll_server_end(atoll_server* server);

/** The index of a client that has died and waits for atoll_server_bury(), or -ATOLL_NOT_FOUND.
 * Only with await_farewell: whoever reads the clients' rings must read what the dead one had committed,
 * and register references for it, before its columns are cleared. The scheduler bell rings at a death. */
ATOLL_API int64_t atoll_server_dead_client(atoll_server* server);

/** Takes back everything the dead client held: unsealed objects, extents, pins, references, its slot. */
ATOLL_API int64_t atoll_server_bury(atoll_server* server, uint64_t client_index);

/* ---- attaching --------------------------------------------------------------------------------- */

/** Zero in any field but size asks for the default. */
typedef struct atoll_client_options {
  uint64_t size;  /**< sizeof(atoll_client_options) */
  uint64_t flags; /**< of those below, or'ed; one that this library does not know is refused */
  uint64_t reserve_bytes; /**< of the store that this client has to itself from now on, for atoll_create_reserved() */
} atoll_client_options;

/** What this client seals cannot be written any more, also not through the address that create gave: a stray write there
 * ends the process. Its objects take whole pages of the store for that, and each create and seal up to some microseconds
 * more; each object may cost the process two mappings. When there are no more (vm.max_map_count), that is said once on
 * stderr, and this client's objects are as unprotected as without the flag. For tests, and for finding such a write. */
#define ATOLL_PROTECT_SEALED 1u

/** Attaches this process to the store behind the socket. One process may attach several times. Null options
 * are all defaults. */
ATOLL_API int64_t atoll_attach(const char* socket_path, const atoll_client_options* options,
                               atoll_client** client);

/** A connection to the store behind the socket, for a process that will inherit it: a descriptor,
 * close-on-exec, which the parent hands down (dup2 in the child) and closes. The child needs no access to the
 * path. */
ATOLL_API int64_t atoll_connect(const char* socket_path);
/** Attaches this process over such a connection, which is the client's from then on, also when this fails.
 * The server takes the process that calls this for its peer, not the one that connected. Kernels before 6.5
 * cannot attest that: there, and where the server has gone meanwhile, the socket's path is tried as well. */
ATOLL_API int64_t atoll_attach_fd(int64_t connection, const atoll_client_options* options,
                                  atoll_client** client);

/** The descriptor under which a child of atoll_spawn() finds its connection. */
#define ATOLL_CHILD_CONNECTION 3

/** A process that atoll_spawn() has started. */
typedef struct atoll_child {
  uint64_t pid; /**< to be reaped by atoll_reap_child() */
  uint64_t in;  /**< descriptors of this process, close-on-exec, the caller's to close: its standard input, */
  uint64_t out; /**< its standard output, */
  uint64_t err; /**< and its standard error, through pipes */
} atoll_child;

/** Starts a program with a connection to the store behind the socket. Null pointers end the arguments, of
 * which the first is the program's path, and the environment ("NAME=value"; null: this process's). The child
 * inherits the connection, which it gives to atoll_attach_fd() as ATOLL_CHILD_CONNECTION, three pipes and no
 * other descriptor; no signal is blocked or has a handler; user, directory and limits are this process's. It
 * leads a process group of its own: whatever it starts ends with it, unless that leaves the group (setsid).
 * However large this process is, nothing of it is copied. SYSTEM when the OS refuses, also to execute that
 * program. */
ATOLL_API int64_t atoll_spawn(const char* socket_path, const char* const* arguments,
                              const char* const* environment, atoll_child* child);
/** Waits until a child of this process has ended, and leaves it as it is: its pid is not another's yet.
 * NOT_FOUND when somebody else has reaped it. */
ATOLL_API int64_t atoll_await_child(uint64_t pid);
/** Waits for the same, and takes away what is left of the child: to be called once for each. What is still in
 * its process group is killed. Returns its exit status (0 to 255), or 256 and the signal that ended it. */
ATOLL_API int64_t atoll_reap_child(uint64_t pid);

/** Gives everything back and unmaps. REQUIRES: no other thread uses the client, no view is in use. */
ATOLL_API int64_t atoll_detach(atoll_client* client);

/** The number of the client's slot, from 1 on: what other calls mean by client_index. */
ATOLL_API int64_t atoll_client_index(const atoll_client* client);
/** The random number that is in the id of every object of this store; 0 of a null client. */
ATOLL_API uint64_t atoll_store_id(const atoll_client* client);

/** Blocks until the server's process is gone (0) or the time is over (-ATOLL_TIMED_OUT). */
ATOLL_API int64_t atoll_await_server_exit(atoll_client* client, int64_t timeout_ns);

/* ---- objects ----------------------------------------------------------------------------------- */

/** A new id for an object that does not exist yet. The caller holds one reference to it. Waits for an entry, but for a
 * moment only (50 ms). */
ATOLL_API int64_t atoll_expect(atoll_client* client, atoll_object_id* id);

/** Begins an object of `size` bytes that will hold `contained` ids of other objects.
 * With the nil id a new one is made, to which the caller holds one reference; else *id must be expected.
 * `tag` is the caller's own and comes back from get. *address is writable until seal or abort,
 * 64-byte aligned, by this client alone. size may be 0.
 * Waits up to timeout_ns for room, and for an entry; among those who wait, who has come first is served first. With 0
 * it takes what is free, or becomes so by a look of the server's, which takes a few milliseconds at most: nobody makes
 * room for it, what others have not given back is not found, and so much memory as takes longer to be backed is not
 * there. Fails with STORE_FULL, TOO_MANY_OBJECTS, ALREADY_EXISTS, NOT_FOUND; TIMED_OUT when the server has taken no
 * notice, which is stopped then; DISCONNECTED. */
ATOLL_API int64_t atoll_create(atoll_client* client, atoll_object_id* id, uint64_t size, uint64_t contained,
                               uint64_t tag, int64_t timeout_ns, uint64_t* address);

/** What atoll_create_reserved() makes at most, contained ids included. */
#define ATOLL_MOST_RESERVED_BYTES 65536
/** As atoll_create(), of an object of up to ATOLL_MOST_RESERVED_BYTES, which never waits: what has no room elsewhere among
 * what this client owns lies in its reserve (atoll_client_options.reserve_bytes), which nothing else is put into, by
 * anybody, however full the store is. For what must be said also then: why a task failed, say. STORE_FULL when the reserve
 * is used up; it is filled again by what of this client's goes first. INVALID_ARGUMENT when the object is too large, or
 * this client has no reserve. */
ATOLL_API int64_t atoll_create_reserved(atoll_client* client, atoll_object_id* id, uint64_t size, uint64_t contained,
                                        uint64_t tag, uint64_t* address);

/** Makes an object that this client is creating larger or smaller: for values whose size is known only when
 * they have been written. The bytes up to the smaller of the sizes stay; *address is where they are now: the
 * same place when it shrinks by little or what lies behind it is free, else they have been copied. For one
 * thread at a time. Waits up to timeout_ns for room, as create does. Fails as create, with NOT_CREATING too; then the object is as it was. */
ATOLL_API int64_t atoll_resize(atoll_client* client, const atoll_object_id* id, uint64_t size,
                               int64_t timeout_ns, uint64_t* address);

/** Copies bytes, which must not overlap, in the way that is best for values of this size: to an address that
 * create gave, say. Never fails but for null pointers. */
ATOLL_API int64_t atoll_copy(void* to, const void* from, uint64_t bytes);

/** Makes the object immutable and visible, and wakes who waits for it. `contained` points to as many ids
 * as create was told; each must be referenced by the caller at this moment, and stays alive as long as
 * this object does. The address that create gave is not to be written to any more: without ATOLL_PROTECT_SEALED nothing
 * keeps this process from doing so as long as the object lies there, and everybody would see it. */
ATOLL_API int64_t atoll_seal(atoll_client* client, const atoll_object_id* id,
                             const atoll_object_id* contained);

/** Gives the bytes back; the id is expected again, by whoever refers to it. */
ATOLL_API int64_t atoll_abort(atoll_client* client, const atoll_object_id* id);

/** A pinned, read-only look at an object. */
typedef struct atoll_view {
  uint64_t address;           /**< read-only in this process; 64-byte aligned */
  uint64_t size;              /**< bytes */
  uint64_t tag;               /**< as given to create */
  uint64_t offset;            /**< in the data segment: the same in every process */
  uint64_t contained;         /**< number of contained ids */
  uint64_t contained_address; /**< read-only address of the atoll_object_id array; 0 when there is none */
} atoll_view;

/** Pins the object and describes it. Waits up to timeout_ns for it to be sealed, and for one that is on disk to be back in
 * memory: with 0 that one is TIMED_OUT. STORE_FULL when it is on disk and there was no room for it in that time.
 * Every success must be matched by one atoll_release(), from any thread of this client. */
ATOLL_API int64_t atoll_get(atoll_client* client, const atoll_object_id* id, int64_t timeout_ns,
                            atoll_view* view);
/** Pins and describes all of the objects, or none: views[i] is that of ids[i]. Waits as get. Objects that are on disk are
 * read back together, one list at a time, so that lists which only fit the store one by one do not wait for
 * each other. STORE_FULL at once when they are more bytes than the store has, an id that is given twice
 * counted once. Each is to be released by itself, as often as it is given. */
ATOLL_API int64_t atoll_get_all(atoll_client* client, const atoll_object_id* ids, uint64_t count,
                                int64_t timeout_ns, atoll_view* views);
/** Looks at objects in the order given, up to the first that is not sealed; returns how many were. views[i]
 * tells size, tag and number of contained ids of ids[i]; its address is 0 when the object is on disk. Pins
 * nothing, so that nothing may be read there, and all may be otherwise a moment later. Never waits. */
ATOLL_API int64_t atoll_peek(atoll_client* client, const atoll_object_id* ids, uint64_t count,
                             atoll_view* views);
/** Copies up to `bytes` bytes of the object, from its byte `offset` on, into the caller's memory; returns how many,
 * which is fewer only where the object ends. Of an object on disk all is read there, straight from its spill file,
 * and its checksum looked at: it takes no room in the store, and does not come back into it. Waits up to timeout_ns
 * for the object to be sealed, and, unless that is 0, reads no longer than that; 0 looks once and reads what is
 * there. REQUIRES: the caller holds a reference. Fails as get, and with INVALID_ARGUMENT for an offset behind the
 * end, LOST when the record is damaged, SYSTEM when this process cannot open or read the file (with another mount
 * namespace, say); then the memory may hold anything. */
ATOLL_API int64_t atoll_read(atoll_client* client, const atoll_object_id* id, uint64_t offset, void* buffer,
                             uint64_t bytes, int64_t timeout_ns);
/** As atoll_read() from byte 0 on, of the object together with the ids that it contains: these lie behind its bytes, from
 * the next multiple of 16 on, so that an object of `size` bytes that contains `n` ids has `size`, or for n > 0 `size`
 * rounded up to 16 and n * 16. What is between says nothing. The object refers to those ids, not this copy of it. */
ATOLL_API int64_t atoll_read_whole(atoll_client* client, const atoll_object_id* id, void* buffer, uint64_t bytes,
                                   int64_t timeout_ns);
/** Ends one pin of a get. The view's address means nothing from then on. NOT_FOUND, or INVALID_ARGUMENT, for what this
 * client has not pinned. */
ATOLL_API int64_t atoll_release(atoll_client* client, const atoll_object_id* id);

/** One more / one less reference by this client. The last one to go lets the server free the object.
 * reference REQUIRES that somebody's reference or pin keeps the object while it runs. */
ATOLL_API int64_t atoll_reference(atoll_client* client, const atoll_object_id* id);
/** The opposite of atoll_reference(): see there. */
ATOLL_API int64_t atoll_dereference(atoll_client* client, const atoll_object_id* id);

/** What there is of an object. */
typedef enum atoll_object_state {
  ATOLL_ABSENT = 0,   /**< freed, or never made */
  ATOLL_EXPECTED = 1, /**< has an id, no bytes yet (nobody, or somebody, is creating it) */
  ATOLL_SEALED = 2,   /**< in memory or on disk */
  ATOLL_IS_LOST = 3   /**< an atoll_lost_reason says why */
} atoll_object_state;

/** Why an object is LOST. */
typedef enum atoll_lost_reason {
  ATOLL_LOST_DELETED = 1,   /**< by atoll_delete() */
  ATOLL_LOST_DAMAGED = 2,   /**< its spill file was truncated or changed */
  ATOLL_LOST_UNREADABLE = 3 /**< its spill file is gone, or the disk fails */
} atoll_lost_reason;

/** The object's state now, one of atoll_object_state. Never waits. */
ATOLL_API int64_t atoll_contains(atoll_client* client, const atoll_object_id* id);

/** Frees the bytes as soon as nobody has them pinned, referenced or not; get then fails with LOST. */
ATOLL_API int64_t atoll_delete(atoll_client* client, const atoll_object_id* id);

/** Waits until at least `wanted` of the `count` ids are sealed or lost; more than `count` wanted are all of
 * them. ready[i] is set to 1 for those that are, else 0. An id that is given twice counts twice. Returns how
 * many are ready, also when that is fewer than wanted because time is over. NOT_FOUND when one is gone, or
 * never was. */
ATOLL_API int64_t atoll_wait(atoll_client* client, const atoll_object_id* ids, uint64_t count,
                             uint64_t wanted, int64_t timeout_ns, uint8_t* ready);

/* ---- events of objects --------------------------------------------------------------------------- */

/** Waiting for many objects in the order in which they come: whoever seals one says which. N events cost as
 * much as N, however many more are watched. */
typedef enum atoll_event_kind {
  ATOLL_EVENT_READY = 1, /**< sealed, or lost, or gone: get tells which, and does not wait */
  ATOLL_EVENT_ALONE = 2,  /**< no other client refers to it, nor any container or name */
  ATOLL_EVENT_DAMAGED = 3 /**< its bytes are lost: atoll_expect_again() or atoll_give_up() is to answer */
} atoll_event_kind;
/** What a watch gives. */
typedef struct atoll_event {
  atoll_object_id id; /**< as it was given to atoll_watch() */
  uint64_t kind; /**< atoll_event_kind */
} atoll_event;
/** Watches the ids until they are ready: each gives one event; those that are ready now give it at once. All
 * or none: fails with NOT_FOUND for an id that names no object, INVALID_ARGUMENT when one is watched for this
 * already. REQUIRES: the caller refers to each until its event is taken, or it is watched no longer. */
ATOLL_API int64_t atoll_watch(atoll_client* client, const atoll_object_id* ids, uint64_t count);
/** Watches one id until no other client refers to it, nor any container or name; at once if that is so now.
 * Not told of an object that is lost or deleted by then. REQUIRES: as atoll_watch(). Whoever gets the object
 * later by its id may refer to it again: that is the users' agreement. */
ATOLL_API int64_t atoll_watch_alone(atoll_client* client, const atoll_object_id* id);
/** Watches one id, from before its seal if that is wanted, until its bytes are lost: its record on disk is damaged or cannot
 * be read. Then nobody is told LOST. The object is EXPECTED again, whoever waits goes on waiting, and this client, which
 * can have it made again, is asked by an event; it must answer by one of the two calls below. When it dies before, another
 * one that watches the id for this is asked, and when there is none, the object is LOST. One that is deleted is just
 * LOST. REQUIRES: as atoll_watch(); and a reference until the answer. */
ATOLL_API int64_t atoll_watch_damaged(atoll_client* client, const atoll_object_id* id);
/** The object is made again under its id: by a create of this client or of any other. Also of one that is LOST, unless it
 * was deleted (LOST); it is EXPECTED from then on. Watches of it have ended. ALREADY_EXISTS when nothing is wrong with it,
 * NOT_FOUND. REQUIRES: the caller holds a reference. */
ATOLL_API int64_t atoll_expect_again(atoll_client* client, const atoll_object_id* id);
/** The object is not made again: it is LOST (ATOLL_LOST_DAMAGED). INVALID_ARGUMENT when this client was not asked.
 * REQUIRES: the caller holds a reference. */
ATOLL_API int64_t atoll_give_up(atoll_client* client, const atoll_object_id* id);
/** Ends all watches of these ids; their events are not given any more. Who was asked about one has given it up. Returns how many there were. */
ATOLL_API int64_t atoll_unwatch(atoll_client* client, const atoll_object_id* ids, uint64_t count);
/** Takes up to `max` events, about in the order in which they came, and returns how many; waits up to
 * timeout_ns for the first, and returns 0 when there is none. Any thread may, several at once too: each event
 * is given to one. Fails with DISCONNECTED when the server has gone. */
ATOLL_API int64_t atoll_take_ready(atoll_client* client, atoll_event* events, uint64_t max,
                                   int64_t timeout_ns);

/** The claim word of an entry belongs to the id's users: it is 0 when the id is made, and never touched by
 * the store again. Returns 1 when it was `expected` and is now `desired`, else 0. seq_cst. */
ATOLL_API int64_t atoll_claim(atoll_client* client, const atoll_object_id* id, uint64_t expected,
                              uint64_t desired);
/** The claim word as it is now (>= 0; claims use 32 bits). */
ATOLL_API int64_t atoll_claimed(atoll_client* client, const atoll_object_id* id);

/* ---- names -------------------------------------------------------------------------------------- */

#define ATOLL_MAX_NAME_BYTES 224 /**< without the zero at its end */

/** Gives an object a name, under which every client finds it: sealed or only expected. The name keeps the
 * object alive until it is taken away, also when the publisher is gone; it outlives a restart of the server.
 * REQUIRES: the caller holds a reference to the object. Asks the server and waits for its answer; doing it
 * again does nothing. Fails with ALREADY_EXISTS when another object has the name, TOO_MANY_NAMES, STORE_FULL
 * (no control memory), NOT_FOUND; TIMED_OUT when there was no answer within timeout_ns (0: within the few
 * milliseconds that a server takes), which is stopped, or very busy: it may do it later. Any number of
 * threads may ask at once.
 */
ATOLL_API int64_t atoll_publish(atoll_client* client, const char* name, const atoll_object_id* id,
                                int64_t timeout_ns);
/** Takes a name away, whoever gave it; the object stays as long as anybody refers to it. Asks and waits as
 * atoll_publish(). NOT_FOUND, TIMED_OUT. */
ATOLL_API int64_t atoll_unpublish(atoll_client* client, const char* name, int64_t timeout_ns);
/** The object of that name, and one reference to it for the caller. No system call. NOT_FOUND. */
ATOLL_API int64_t atoll_lookup(atoll_client* client, const char* name, atoll_object_id* id);

/* ---- messages between processes ------------------------------------------------------------------ */

/** Which of a client's two rings. */
typedef enum atoll_ring_direction {
  ATOLL_RING_UP = 0,  /**< the client writes, the scheduler reads */
  ATOLL_RING_DOWN = 1 /**< the scheduler writes, the client reads */
} atoll_ring_direction;

/** Where a client's ring lies in this process: ring_bytes of plain shared memory, followed by 1024 bytes for
 * the ring's trailer, 64-byte aligned; zeroed when a client slot is given out. What is written there is
 * the users' agreement. All of it has memory when this returns; STORE_FULL when memory limits allow no more. */
ATOLL_API int64_t atoll_ring(atoll_client* client, uint64_t client_index, uint64_t direction,
                             uint64_t* address, uint64_t* bytes);

/** Bells are event counts (futex words) in shared memory. Bell 0 of a client is its mailbox: "there is
 * something in your down ring". The scheduler's bell is that of client_index ATOLL_SCHEDULER_BELL.
 *   n = atoll_bell(...); if (nothing to do) atoll_bell_wait(..., n, timeout);
 * never misses a ring that came after n was read. */
#define ATOLL_SCHEDULER_BELL 0xffffffffu
/** Rung by the server, at most once a second, while somebody waits for room and before anything is evicted
 * for it: whoever has pins or references that it does not need gives them back now. */
#define ATOLL_PRESSURE_BELL 0xfffffffeu

/** The count of a bell now. */
ATOLL_API int64_t atoll_bell(atoll_client* client, uint64_t client_index);
/** Returns the new count, or -ATOLL_TIMED_OUT. Any number of threads may wait; spins shortly (up to 50 us
 * where that has been worth it), then sleeps. */
ATOLL_API int64_t atoll_bell_wait(atoll_client* client, uint64_t client_index, uint64_t count,
                                  int64_t timeout_ns);
/** For a process that ends, or is about to detach: whoever of it sleeps at its own bell, the scheduler's or that of pressure
 * comes back as if his time were over, and nobody sleeps there any more. Returns when they have. */
ATOLL_API int64_t atoll_end_waits(atoll_client* client);
/** Wakes at most `threads` of the waiters; no system call when nobody sleeps. Several rings may wake one
 * waiter only: who is woken and finds more than it takes rings again. */
ATOLL_API int64_t atoll_bell_ring(atoll_client* client, uint64_t client_index, uint64_t threads);

/* ---- seeing inside ------------------------------------------------------------------------------- */

/** Everything here is read from shared memory: no system call, nobody is stopped. The figures of one call may
 * be of slightly different moments while others work. A block is what an object takes in the data segment:
 * its bytes and its contained ids, rounded up to its size class. */

/** Calls that succeeded. Never grows: what is counted later stands at the end of the structs that have this.
 */
typedef struct atoll_operations {
  uint64_t expects; /**< ids made, by create too */
  uint64_t creates; /**< atoll_create() */
  uint64_t seals;   /**< atoll_seal() */
  uint64_t aborts;  /**< atoll_abort() */
  uint64_t gets;    /**< atoll_get(), and each of atoll_get_all() */
  uint64_t releases; /**< gets whose pins are gone */
  uint64_t references;   /**< atoll_reference() */
  uint64_t dereferences; /**< atoll_dereference() */
  uint64_t deletes;      /**< atoll_delete() */
  uint64_t waits;        /**< atoll_wait() */
  uint64_t claims; /**< won or not */
  uint64_t lookups;       /**< atoll_lookup() */
  uint64_t publishes;     /**< atoll_publish() */
  uint64_t unpublishes;   /**< atoll_unpublish() */
  uint64_t bytes_written; /**< in sealed objects */
  uint64_t bytes_copied;  /**< as told by atoll_count_copied() */
} atoll_operations;

/** What is in a store now, and what has been done in it since it was made. */
typedef struct atoll_stats_t {
  uint64_t size; /**< sizeof(atoll_stats_t); then how much of it this library knows, and has set */
  /* The data segment, in bytes. */
  uint64_t capacity;      /**< all of it */
  uint64_t allocated;     /**< used: blocks of live objects */
  uint64_t free;          /**< capacity less that */
  uint64_t reserved;      /**< backed by memory */
  uint64_t pinned_bytes;  /**< blocks that somebody looks at: they can be neither freed nor spilled */
  uint64_t sealed_bytes;  /**< object bytes sealed, those on disk too */
  uint64_t spilled_bytes; /**< object bytes that are on disk and not in memory */
  uint64_t control_bytes; /**< of the control segment, backed by memory, at the server's last look */
  /* Objects. */
  uint64_t objects; /**< entries that are not free */
  uint64_t sealed_objects;  /**< those on disk too */
  uint64_t spilled_objects; /**< on disk, and not in memory */
  uint64_t lost_objects;    /**< of which somebody has the id still */
  uint64_t max_objects;     /**< entries */
  uint64_t pins; /**< held now, of all clients */
  uint64_t names;     /**< published now */
  uint64_t max_names; /**< at most */
  /* Clients. */
  uint64_t clients;     /**< attached now */
  uint64_t max_clients; /**< slots */
  uint64_t attached;    /**< since the store was made */
  uint64_t buried;      /**< cleaned up after, since the store was made */
  /* Extents, by owner; atoll_client_stats() says how many bytes each client has. */
  uint64_t extent_bytes;       /**< of one */
  uint64_t extents_free;       /**< nobody's */
  uint64_t extents_of_clients; /**< leased */
  uint64_t extents_of_server;  /**< of dead clients, until their last block is free, and of objects read back */
  uint64_t largest_free; /**< bytes of the longest run of extents that are nobody's */
  uint64_t fragmentation_permille; /**< how much of `free` is outside that run */
  /* What was done since the store was made: by all clients, those that have gone too, ... */
  atoll_operations done; /**< by clients */
  /* ... and by the server. */
  uint64_t freed;    /**< objects */
  uint64_t evicted;  /**< objects whose block was taken away for others; they are on disk */
  uint64_t restored; /**< objects read back */
  uint64_t bytes_spilled;  /**< written to disk */
  uint64_t bytes_spilling; /**< being written now: there will be room */
  uint64_t bytes_restored; /**< read back */
} atoll_stats_t;
/** Looks at every object and client once. */
ATOLL_API int64_t atoll_stats(atoll_client* client, atoll_stats_t* stats);

/** What one client has done since it attached, and holds now. */
typedef struct atoll_client_stats_t {
  uint64_t size; /**< sizeof(atoll_client_stats_t); then how much of it this library knows, and has set */
  uint64_t pid;            /**< of its process */
  uint64_t pins;           /**< held now */
  uint64_t pinned_bytes;   /**< blocks it looks at */
  uint64_t references;     /**< held now */
  uint64_t creating_bytes; /**< blocks it has begun and not sealed */
  uint64_t leased_bytes;   /**< extents owned now */
  atoll_operations done;   /**< by it */
  uint64_t user[4]; /**< as told by atoll_count_user() */
} atoll_client_stats_t;
/** -ATOLL_NOT_FOUND when no client has that index now. */
ATOLL_API int64_t atoll_client_stats(atoll_client* client, uint64_t client_index,
                                     atoll_client_stats_t* stats);
/** A reader that copies bytes out of a view says so here: copies are measured, not assumed. */
ATOLL_API int64_t atoll_count_copied(atoll_client* client, uint64_t bytes);
/** Counters 0..3 belong to the users (tasks run, for one). */
ATOLL_API int64_t atoll_count_user(atoll_client* client, uint64_t counter, uint64_t add);

/** One object of atoll_list(). */
typedef struct atoll_object_info {
  atoll_object_id id; /**< with the generation that it has now */
  uint64_t state; /**< atoll_object_state */
  uint64_t size;   /**< this and the next two are 0 while the bytes are not in memory */
  uint64_t tag;    /**< as given to create */
  uint64_t offset; /**< in the data segment */
  uint64_t pins;       /**< of all clients */
  uint64_t references; /**< of all clients */
} atoll_object_info;
/** Fills at most `max` infos, starting at *cursor (0 at first), which is moved on; returns how many, 0 at the
 * end. Not a snapshot: objects come and go meanwhile. */
ATOLL_API int64_t atoll_list(atoll_client* client, uint64_t* cursor, atoll_object_info* infos, uint64_t max);

#ifdef __cplusplus
}
#endif

#endif /* ATOLL_C_H_ */
