// The records of the control segment. Fixed-width, lock-free, no pointers; nothing here behaves.
// What is read from them was written by other processes: read it once, check it, then use it.
#ifndef ATOLL_LAYOUT_RECORDS_H_
#define ATOLL_LAYOUT_RECORDS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "layout/word.h"
#include "os/sync.h"

namespace atollstore {

using os::Bell;
using u8 = std::atomic<uint8_t>;
using u32 = std::atomic<uint32_t>;
using u64 = std::atomic<uint64_t>;
static_assert(u64::is_always_lock_free && u32::is_always_lock_free && u8::is_always_lock_free);

constexpr uint64_t kMagic = 0x314c4c4f5441;  // "ATOLL1"
constexpr uint32_t kLayoutVersion = 14;      // raised when any byte below changes meaning

constexpr uint64_t kSlabBytes = 64 << 10;
constexpr uint64_t kWordsPerSlab = kSlabBytes / 64;  // a block is at least 64 bytes
constexpr uint64_t kEntriesPerBlock = 64;            // entries are leased this many at a time
constexpr uint64_t kRingTrailer = 1024;
constexpr uint32_t kObjectBells = 32;
constexpr uint32_t kWishes = 32;  // threads of a client that wait for the server, at once
constexpr uint32_t kNameQuestions = 32;  // those that have asked about a name
constexpr uint32_t kServer = 0;         // the server's own column
constexpr uint32_t kMaxClients = 1024;  // indices 1..1024
constexpr uint64_t kClientWords = kMaxClients / 64 + 1;
constexpr uint64_t kClientMarks = kClientWords + 1;  // with a summary, as Marks are
constexpr uint64_t kMaxObjects = uint64_t{1} << 24;
constexpr uint64_t kMaxNameBytes = 224;
constexpr uint64_t kMaxNames = uint64_t{1} << 20;

// What the server has done since the store was made, and what only it can see.
struct alignas(64) ServerCounters {
  u64 attached;  // clients let in
  u64 buried;    // clients cleaned up after
  u64 freed;     // objects
  u64 evicted;   // objects, each time their block was taken away
  u64 restored;  // objects
  u64 bytes_spilled;
  u64 bytes_restored;
  u64 bytes_spilling;    // being written now
  u64 names;             // there are now
  u64 control_resident;  // bytes of the control segment with memory behind them, at the server's last look
  u64 moved;             // objects, to another place in memory
  u64 bytes_moved;
  u8 pad[32];
};
static_assert(sizeof(ServerCounters) == 128);

// Why there was no memory for the last who wished for room.
enum class MemoryRefused : uint32_t {
  kNo = 0,
  kLimits = 1,  // of the machine or a cgroup
  kLost = 2,    // the server has no descriptor any more by which to ask
};

// The head of the control segment. Sizes come from here once, at attach; everything else follows from them.
struct Header {
  u64 magic;
  u32 layout_version;
  u32 ready;  // stored last by the server, release; read first by a client, acquire
  u64 store;  // the random number in every id
  u64 capacity;
  u64 max_objects;
  u64 max_clients;
  u64 extent_bytes;
  u64 ring_bytes;
  u64 warm_bytes;
  u64 max_names;
  u64 server_pid;
  u32 await_farewell;  // 1: a slot is cleaned only when somebody says so
  u32 supervisor_pid;  // 0: there is none
  u64 socket_device;   // where the file at the socket's path is, and
  u64 socket_file;     // its inode: nothing else is taken away from there
  u8 pad0[16];
  // Line 2: read by clients when something has become free.
  u32 stopped;        // 1: the store has been closed; no server comes any more
  u32 server_sleep;   // number of the server's sleep, odd while it lasts: each client nudges it out of it for itself
  u32 wants_extents;  // 1: some extents have kExtentWanted
  u32 pressure;        // 1: somebody waits for room or entries, give back what is empty
  u64 blocks_high;     // every entry block ever leased has an index below this
  u64 reserved_bytes;  // of the data segment
  u32 room_queue;      // 1: somebody waits for room: the server alone gives extents away
  u32 spill_failures;  // files that could not be written
  u32 server_epoch;    // server lives so far; goes up when one begins, before it does anything
  u32 supervised;      // 1: when a server dies another takes over; 0: it was the only one
  u32 extent_moves;    // goes up when a client has leased extents or given some back
  u32 list_turn;       // index of the client whose list of objects is brought back now, 0: nobody's
  u32 memory_refused;  // MemoryRefused
  u8 pad1[4];
  // Line 3 and 4: bells.
  Bell scheduler_bell;
  u8 pad2[56];
  Bell list_bell;      // rung when list_turn is nobody's again
  Bell pressure_bell;  // rung while somebody waits for room: let go of what you can
  u8 pad3[48];
  // Line 5 and 6: what the server alone writes, for who wants to see inside.
  ServerCounters served;
  // From line 7 on: who is there, a bit for each client; who has set marks in its "dropped" (Marks of the same), and
  // whose threads wish for something that the server has not taken in yet.
  alignas(64) u64 clients[kClientWords];
  alignas(64) u64 droppers[kClientMarks];
  alignas(64) u64 wishers[kClientMarks];
  u64 next_ticket;  // of wishes: first come, first served
  // Pages of this segment that clients may still touch first (ControlBudget). By itself: all pay here.
  alignas(64) u64 control_budget;
  // Who is worth a nudge, a bit for each client, which sets and clears it itself: those that have extents or
  // entry blocks and may give some back; and those that would keep more extents ready than they could have.
  alignas(64) u64 keepers[kClientWords];
  alignas(64) u64 warmers[kClientWords];
};
static_assert(offsetof(Header, stopped) == 128 && offsetof(Header, scheduler_bell) == 192);
static_assert(offsetof(Header, served) == 320 && offsetof(Header, clients) == 448);

// Calls of one client that succeeded, in stripes: each of the first belongs to one thread of the client at a
// time, the last to all the others (client/stripe.h). The hot ones share the first line. Those of client 0 are the sums of all clients that have gone.
struct alignas(64) Counters {
  u64 gets;
  u64 creates;
  u64 seals;
  u64 bytes_written;  // in sealed objects
  u64 bytes_copied;   // as the users tell
  u64 expects;
  u64 references;
  u64 dereferences;
  u64 user[4];
  u64 aborts;
  u64 deletes;
  u64 waits;
  u64 claims;
  u64 lookups;
  u64 publishes;
  u64 unpublishes;
  u64 frees;  // objects that nobody else had seen
  u8 pad[32];
};
static_assert(sizeof(Counters) == 192);
constexpr uint32_t kCounterStripes = 16;
constexpr uint32_t kCounterCount = 20;
// They can be walked over. REQUIRES: i < kCounterCount
inline u64& Counter(Counters& counters, uint32_t i) { return reinterpret_cast<u64*>(&counters)[i]; }

enum class ClientState : uint32_t {
  kFree = 0,
  kAttached = 1,
  kDetached = 2,  // stored by the client: it will touch nothing any more
  kDead = 3,      // stored by the server
  kGreeted = 4,   // stored by the server: it has promised the slot, the client has not taken it yet
  kLast = kGreeted,
};

// What one waiting thread of a client asks of the server, and its answer (layout/wish.h).
//
//    0      4      8      16       24      32      40      48      52      56      60      64
//   +------+------+------+--------+-------+-------+-------+-------+-------+-------+-------+
//   | word | kind | bell | ticket | until | bytes | seen  | first | count | instead       |
//   +------+------+------+--------+-------+-------+-------+-------+-------+-------+-------+
struct alignas(64) WishRecord {
  u32 word;    // WishWord: whose the record is now. What follows is read only by who has found its state there
  u32 kind;    // WishKind, with kUrgent
  Bell bell;   // rung when the word has changed, and when the thread should look for itself
  u64 ticket;  // from Header::next_ticket, never 0
  u64 until;   // os::Deadline::at() of the thread
  u64 bytes;   // kRoom
  u64 seen;    // by the server: the ticket of the wish that it has taken in here last
  u32 first;   // by the server, with the grant: the run of extents
  u32 count;
  u32 instead_first;  // kRoom: a run of extents that would do as well
  u32 instead_count;
};
static_assert(sizeof(WishRecord) == 64);

// By the server, for one thread that has asked it about a name.
struct NameAnswer {
  u32 ticket;  // of the question; a futex
  u32 code;    // an atoll_code
};

struct alignas(64) ClientRecord {
  u32 state;  // ClientState
  u32 epoch;  // of this slot; goes up when it is given out again
  u64 pid;
  u64 start_time;
  u32 wishing;  // a bit for each of `wishes` that is in use
  u8 pad0[36];
  Bell mailbox;  // bell 0 of c.h
  u8 pad1[56];
  Bell object_bells[kObjectBells];
  u8 pad2[128];
  Counters counters[kCounterStripes];
  WishRecord wishes[kWishes];
  NameAnswer name_answers[kNameQuestions];
  u8 pad3[2304];
};
static_assert(offsetof(ClientRecord, mailbox) == 64 && offsetof(ClientRecord, object_bells) == 128);
static_assert(offsetof(ClientRecord, counters) == 512 && sizeof(ClientRecord) == 8192);
static_assert(offsetof(ClientRecord, wishes) == 3584);

// One object.
//
//    0         8         16        24        32        40      44      48        56       64
//   +---------+---------+---------+---------+---------+-------+-------+---------+---------+
//   |  word   |location |  size   |   tag   |  block  | claim | ids   | holders | spill   |
//   +---------+---------+---------+---------+---------+-------+-------+---------+---------+
struct alignas(64) Entry {
  u64 word;       // Word
  u64 location;   // Location: in the data segment; this and the next three hold from CREATING on
  u64 size;       // bytes of the object, without the contained ids
  u64 tag;        // the creator's
  u64 block;      // 1 + number of its block word; 0: it has no block
  u32 claim;      // the users' own
  u32 contained;  // number of ids behind the bytes, 16-byte aligned
  u64 holders;    // Holders: which clients besides the owner may have a pin, a reference or a wait here
  u64 spill;      // SpillPlace of a copy on disk, 0: there is none
};
static_assert(sizeof(Entry) == 64);

// One name of an object, read and written as directory/names.h says.
struct alignas(64) NameRecord {
  u64 sequence;  // odd while the server writes the rest
  u64 place;     // of the object; 0: no name here
  u64 hash;
  u32 length;
  u32 chained;  // 1: a name whose hash leads here may lie further on
  u64 text[kMaxNameBytes / sizeof(u64)];
};
static_assert(sizeof(NameRecord) == 256);
constexpr uint64_t kNamesPerPage = 4096 / sizeof(NameRecord);

// An extent's word: who owns it, and whether memory stands behind it. Only the owner makes blocks in it.
constexpr uint32_t kExtentReserved = 1u << 31;
constexpr uint32_t kExtentWanted = 1u << 30;  // the server wants it from its owner, with what lies in it
constexpr uint32_t kExtentOwnerMask = 0x7ff;
constexpr uint32_t kKept = 0x7fc;      // the server's, for a thread that wishes for room; nothing lies there
constexpr uint32_t kReserver = 0x7fd;  // the server's, while pages of it are given back
constexpr uint32_t kRestorer = 0x7fe;  // the server's, for objects that it brings back from spill files, or moves
constexpr uint32_t kOrphan = 0x7ff;    // the server's, until the last block in it is free

// A group of entries: who may use the free ones in it.
struct EntryBlock {
  u32 owner;  // client index, 0: nobody
};

}  // namespace atollstore

#endif  // ATOLL_LAYOUT_RECORDS_H_
