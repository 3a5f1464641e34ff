// The extents one client owns, and the blocks it cuts from them. Only the owner of an extent makes blocks
// there, so making one asks nobody; anybody frees a block (heap/blocks.h) and marks its slab for the owner.
// All methods may be called from any thread of the client; none of them allocates, and none holds the lock for
// longer than a slice of its work.
//
// Blocks of one size lie in spans of slabs, a large one in a span to itself. What is told of a slab is kept in
// tables by slab that are made at the start. A span is on the list of its class while it may have room; one
// that is full leaves it, and comes back when its slab is marked. Every span without a used block is marked,
// so that it is found out and its slabs are free again. Marks are taken before fresh slabs are, and fresh
// slabs before fresh extents: what became free is used again first, whatever lives long beside it.
#ifndef ATOLL_HEAP_CLIENT_HEAP_H_
#define ATOLL_HEAP_CLIENT_HEAP_H_

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "heap/blocks.h"
#include "heap/choose_run.h"
#include "heap/free_runs.h"
#include "layout/control_budget.h"
#include "os/shared_memory.h"
#include "os/sync.h"

namespace atollstore {

// What a block is for. REQUIRES of `entry` and `place`: as for Allocate().
struct BlockFor {
  uint64_t bytes;
  Entry& entry;
  uint64_t place;
  // The block, if there is one, that is to become so large where it lies, if it can, and its bytes now.
  uint64_t block = 0, old_bytes = 0;
};
enum class Placed { kNowhere, kWhereItLay, kNew };

// What is kept of the run is free, and what has become somebody's is left to that one: clients make extents their own
// beside the server's thread. By the client for which the run was kept, each extent once: from then on it may be kept for
// somebody else. Or by the server.
void GiveBackKept(const Control& control, const Run& run);

class ClientHeap {
 public:
  // `me` is a client's index, or kRestorer, which needs no `budget`. The three live longer than this.
  static Result<std::unique_ptr<ClientHeap>> Create(const Control& control, uint32_t me,
                                                    const os::SharedMemory* data, os::Mapping* window,
                                                    ControlBudget* budget);

  // Makes a block for the entry of this place and writes location and block into `entry`, which is that one
  // or, when it has a block already, stands for it. REQUIRES: the entry is CREATING for this client, and
  // `entry` has its size, tag and number of ids. Returns false when no extent of this client has room, or
  // there is no control memory for its block words.
  bool Allocate(uint64_t bytes, Entry& entry, uint64_t place);
  // From now on so many bytes of free slabs are left alone by all but AllocateReserved(), and not given back. They are free
  // already, or what becomes free first.
  void KeepReserve(uint64_t bytes);
  // As Allocate(), for up to kSlabBytes, from the reserve when there is nothing else.
  bool AllocateReserved(uint64_t bytes, Entry& entry, uint64_t place);

  // Makes the block with this number, of `old_bytes`, one of `new_bytes` where it lies. Returns false when
  // that cannot be: then it is as it was.
  bool Resize(uint64_t block, uint64_t old_bytes, uint64_t new_bytes);
  // Either of them.
  Placed Place(const BlockFor& wanted);
  // The extents that the block lacks for Resize(), of which none is this client's; they may be anybody's. Empty when
  // nothing could help.
  Run Behind(uint64_t block, uint64_t new_bytes);

  // Makes a run of extents that can hold `bytes` this client's, those with memory behind them first (only
  // those, if `reserved_only`). Returns an empty run when there is none. The run cannot be used before
  // Commit().
  Run Lease(uint64_t bytes, bool reserved_only);
  // The same, but empty when none of them LiesWell().
  Run LeaseWell(uint64_t bytes, bool reserved_only);
  // The same with the fewest extents that can hold so much together with what is free of this client's before and
  // behind them, in a row.
  Run LeaseBetween(uint64_t bytes, bool reserved_only);
  // Whether these extents could, once nothing lies in them any more.
  bool WouldHold(const Run& run, uint64_t bytes);
  // Maps the extents of the run, which are this client's, and opens them for blocks. Fills their page tables
  // too, as long as there is time: what is not filled faults when it is used. Those that have no memory
  // behind them (ATOLL_STORE_FULL) or cannot be mapped (ATOLL_SYSTEM), and those after them, are nobody's
  // again.
  Status Commit(const Run& run, const os::Deadline& deadline);
  // The same, and makes the block before anybody else finds the room.
  Placed CommitFor(const Run& run, const os::Deadline& deadline, const BlockFor& wanted);
  // Makes extents that the server has kept for this client its own, as by Lease(). Returns false when they are not.
  bool Adopt(const Run& run);
  // The same for a run that is free and has memory behind it.
  bool LeaseThese(const Run& run);

  // Whether all of these bytes lie in extents that are open for this client.
  bool CanWrite(uint64_t offset, uint64_t bytes);

  // Gives back wholly free extents while more than `keep` bytes of such are left. Returns the bytes given
  // back.
  uint64_t GiveBack(uint64_t keep);
  // Gives the extents that the server wants to it, with the objects in them, as far as nothing is created there and
  // nothing reaches into one that it does not want: they are nobody's (kOrphan) from then on. Those that the reserve needs
  // stay, and are not wanted any more. Returns the bytes.
  // REQUIRES: no thread of this client is freeing by itself.
  uint64_t HandOver();

  struct Block {
    uint64_t number, bytes;  // of the object
  };
  // The server's heap: takes over extents of nobody's (kOrphan), in which these are all blocks that anybody has, in order.
  // Returns false, and has changed nothing, when they do not go together or cannot be mapped.
  bool Adopt(const Run& run, const std::vector<Block>& blocks);

  // Looks at everything again: a server was killed, maybe between freeing a block and marking it.
  void ForgetHints();
  // Bytes in wholly free slabs. Takes no lock: the background thread asks often and must not be in the way.
  uint64_t FreeBytes() const { return free_slabs_.load(std::memory_order_relaxed) * kSlabBytes; }
  // Bytes in extents of this client, and bytes that it has asked for since it attached. No lock either.
  uint64_t OwnedBytes() const { return owned_.load(std::memory_order_relaxed); }
  // Whether the last extents since HopeToMap() could not be mapped for want of mappings (vm.max_map_count).
  void HopeToMap() { cannot_map_.store(false, std::memory_order_relaxed); }
  bool cannot_map() const { return cannot_map_.load(std::memory_order_relaxed); }
  // Bytes of slabs that are not free, and the most there were since TakePeak().
  uint64_t UsedBytes() const { return OwnedBytes() - std::min(OwnedBytes(), FreeBytes()); }
  uint64_t PeakBytes() const { return std::max(UsedBytes(), peak_.load(std::memory_order_relaxed)); }
  uint64_t TakePeak() { return std::max(UsedBytes(), peak_.exchange(0, std::memory_order_relaxed)); }
  uint64_t AskedBytes() const { return asked_.load(std::memory_order_relaxed); }

 private:
  // Told of a slab with which a span begins; `kind` is 0 for all others. Slabs are told by number + 1 here.
  struct Span {
    uint32_t next, before;  // on the list of its class
    uint32_t slabs;
    uint16_t cursor;  // blocks below it have been looked at since it came to the list
    uint16_t live;    // a block that was in use at the last look at all of them
    uint8_t kind;     // class + 1
    uint8_t flags;
    uint8_t paid;  // pages of block words, while the extent is ours
  };
  static constexpr uint32_t kNoClass = UINT32_MAX;
  static constexpr uint8_t kListed = 1;  // on the list of its class
  static constexpr uint8_t kAgain = 2;   // something has become free in it since it came there
  struct List {
    uint32_t first = 0, last = 0;
  };

  ClientHeap(const Control& control, uint32_t me, const os::SharedMemory* data, os::Mapping* window,
             ControlBudget* budget);

  // A large block has a kind of its own.
  bool IsLarge(const Span& span) const { return span.kind == sizes_.count() + 1; }
  uint32_t BlocksOf(const Span& span) const { return IsLarge(span) ? 1 : sizes_[span.kind - 1].blocks; }
  uint64_t SlabsFor(uint64_t bytes) const {
    const uint32_t c = sizes_.For(bytes);
    return c < sizes_.count() ? sizes_[c].slabs : std::max<uint64_t>(1, (bytes + kSlabBytes - 1) / kSlabBytes);
  }
  uint64_t BytesOf(const Span& span) const {
    return IsLarge(span) ? span.slabs * kSlabBytes : sizes_[span.kind - 1].bytes;
  }
  // REQUIRES of these: mutex_ is held
  bool AllocateHere(uint64_t bytes, Entry& entry, uint64_t place);
  bool ResizeHere(uint64_t block, uint64_t old_bytes, uint64_t new_bytes);
  Placed PlaceHere(const BlockFor& wanted);
  bool AllocateSmall(uint32_t c, Entry& entry, uint64_t place);
  bool AllocateRun(uint64_t slabs, Entry& entry, uint64_t place);
  bool TakeFrom(uint64_t head, Entry& entry, uint64_t place);
  bool TakeFromList(uint32_t c, Entry& entry, uint64_t place);
  bool NewSpan(uint32_t c, uint64_t slabs, bool thorough, uint64_t* head);
  bool PayForWords(uint64_t head, uint32_t blocks);
  void Enlist(uint64_t head);
  void Unlist(uint64_t head);
  // Takes up to `most` marks, fewer when the list of `wanted` has got a span. Returns how many.
  uint64_t TakeMarks(uint32_t wanted, uint64_t most);
  // What a mark calls for: the span is listed, or its slabs are free, unless `wanted` can use it at once.
  void LookAt(uint64_t head, uint32_t wanted);
  bool IsEmpty(uint64_t head);
  void FreeSlabs(uint64_t first, uint64_t count);
  bool TakeSlabs(uint64_t count, bool thorough, uint64_t* first);
  // Whether so many are free beyond the reserve, or may be of it.
  bool MayTake(uint64_t count) const {
    return may_take_reserve_ || free_.total() >= count + reserve_.load(std::memory_order_relaxed);
  }
  void TakeSlabsAt(uint64_t first, uint64_t count);
  void NotePeak() {
    if (const uint64_t used = UsedBytes(); used > peak_.load(std::memory_order_relaxed))
      peak_.store(used, std::memory_order_relaxed);
  }
  void NoteFree() { free_slabs_.store(free_.total(), std::memory_order_relaxed); }
  // The slab with which the large block with this number begins; UINT64_MAX: there is no such.
  uint64_t LargeAt(uint64_t block) const;

  // client_extents.cc
  bool ExtentFree(uint64_t extent) const {
    return open_[extent] != 0 && free_.AllFree(extent * slabs_per_extent_, slabs_per_extent_);
  }
  uint64_t ExtentsFor(uint64_t bytes) const;
  Run FindRun(uint64_t need, bool reserved_only) const;
  Run FindBetween(uint64_t slabs, bool reserved_only) const;
  template <typename F>
  Run LeaseFound(F&& find);
  // Makes all of [first, end) that is not ours this client's, or nothing.
  bool Take(uint64_t first, uint64_t end);
  void SetAside(uint64_t first, uint64_t end);
  Status MapRun(const Run& run, const os::Deadline& deadline, uint64_t* mapped);
  void Open(const Run& run, uint64_t mapped);
  Status MapExtents(uint64_t first, uint64_t end, const os::Deadline& deadline);
  void Disown(uint64_t first, uint64_t end);
  Run TakeEmpty(uint64_t* from, uint64_t keep);

  // hand_over.cc
  bool IsWanted(uint64_t extent) const;
  bool MayGo(uint64_t extent, uint64_t* end) const;
  bool LeavesReserve(uint64_t first, uint64_t end) const;
  void Refuse(uint64_t first, uint64_t end);
  Run LeaseOneElsewhere(uint64_t first, uint64_t end);
  bool MoveReserve(uint64_t first, uint64_t end);
  enum class Out { kTaken, kInUse, kInReserve };
  Out TakeOut(uint64_t first, uint64_t* end);
  bool HandOver(uint64_t first, uint64_t end);
  bool InUse(uint64_t head) const;
  void Forget(uint64_t extent);
  bool GoTogether(const Run& run, const std::vector<Block>& blocks) const;
  void ClearStrayWords(const Run& run, const std::vector<Block>& blocks);

  const Control control_;
  const uint32_t me_;
  const Marks marks_;
  const os::SharedMemory* const data_;
  os::Mapping* const window_;
  ControlBudget* const budget_;
  const SizeClasses sizes_;
  const uint64_t slabs_per_extent_;

  std::mutex mutex_;  // of what follows
  std::vector<List> lists_;
  os::Zeros<Span> spans_;
  os::Zeros<uint8_t> open_;  // per extent: ours and mapped
  FreeRuns free_;            // slabs that are ours, mapped, and without blocks
  std::atomic<uint64_t> free_slabs_{0};
  std::atomic<uint64_t> reserve_{0};  // slabs
  bool may_take_reserve_ = false;
  std::atomic<uint64_t> owned_{0};
  std::atomic<uint64_t> asked_{0};
  std::atomic<uint64_t> peak_{0};
  std::atomic<bool> cannot_map_{false};
};

}  // namespace atollstore

#endif  // ATOLL_HEAP_CLIENT_HEAP_H_
