// The extents one client owns, and the blocks it cuts from them. Only the owner of an extent makes blocks
// there, so making one asks nobody; anybody frees a block by setting its word from its value back to 0. All
// methods may be called from any thread of the client.
#ifndef ATOLL_HEAP_CLIENT_HEAP_H_
#define ATOLL_HEAP_CLIENT_HEAP_H_

#include <atomic>
#include <mutex>
#include <vector>

#include "heap/size_class.h"
#include "layout/geometry.h"
#include "os/shared_memory.h"

namespace atollstore {

// Frees the block of an entry, if it has one and its word still says so. Doing it twice does nothing.
// Returns the bytes' first slab, or UINT64_MAX when nothing was freed.
uint64_t FreeBlock(const Control& control, Entry& entry, uint64_t place);

// What an object takes in its block: the contained ids come behind its bytes, 16-byte aligned.
constexpr uint64_t ObjectBytes(uint64_t size, uint64_t contained) {
  return contained == 0 ? size : (size + 15) / 16 * 16 + contained * sizeof(atoll_object_id);
}
uint64_t ObjectBytes(const Entry& entry);

// As FreeBlock(), of a block that no entry points to any more.
bool FreeBlockWord(const Control& control, uint64_t block, uint64_t place);

// Bytes a block takes for an object of `bytes`, waste included.
uint64_t BlockBytes(const SizeClasses& classes, uint64_t bytes);

struct Run {
  uint64_t first = 0;
  uint64_t count = 0;
};

class ClientHeap {
 public:
  ClientHeap(const Control& control, uint32_t me, const os::SharedMemory* data, os::Mapping* window);

  // Makes a block for the entry of this place and writes offset and block into `entry`, which is that one or,
  // when it has a block already, stands for it. REQUIRES: the entry is CREATING for this client. Returns
  // false when no extent of this client has room.
  bool Allocate(uint64_t bytes, Entry& entry, uint64_t place);

  // Makes the block with this number, of `old_bytes`, one of `new_bytes` where it lies. Returns false when
  // that cannot be: then it is as it was.
  bool Resize(uint64_t block, uint64_t old_bytes, uint64_t new_bytes);
  // The extents that it lacks for Resize(), made this client's as by Lease(). Empty when they are not free.
  Run LeaseBehind(uint64_t block, uint64_t new_bytes);

  // Makes a run of extents that can hold `bytes` this client's, those with memory behind them first (only
  // those, if `reserved_only`). Returns an empty run when there is none. The run cannot be used before
  // Commit().
  Run Lease(uint64_t bytes, bool reserved_only);
  // Maps the extents of the run that have memory behind them and opens them for blocks; gives the others
  // back. Returns how many it gave back.
  uint64_t Commit(const Run& run, bool populate);

  // Whether all of these bytes lie in extents that are open for this client.
  bool CanWrite(uint64_t offset, uint64_t bytes);

  // Gives back wholly free extents while more than `keep` bytes of such are left. Returns the bytes given
  // back.
  uint64_t GiveBack(uint64_t keep);
  // Looks at everything again: a server was killed, maybe between freeing a block and counting it.
  void ForgetHints();
  // Bytes in wholly free slabs. Takes no lock: the background thread asks often and must not be in the way.
  uint64_t FreeBytes() const { return free_slabs_.load(std::memory_order_relaxed) * kSlabBytes; }
  // Bytes in extents of this client, and how often it has asked for a block. No lock either.
  uint64_t OwnedBytes() const { return owned_.load(std::memory_order_relaxed); }
  uint64_t allocations() const { return allocations_.load(std::memory_order_relaxed); }

 private:
  // Such a run that begins at a multiple of `step`.
  Run LeaseAt(uint64_t step, uint64_t need, bool reserved);
  // Makes all of [first, end) that is not ours this client's, or nothing.
  bool Take(uint64_t first, uint64_t end);
  void SetAside(uint64_t first, uint64_t end);
  struct Span {
    uint32_t head;  // slab whose words tell of its blocks
    uint32_t slabs;
    uint32_t blocks;
    uint32_t cursor;  // blocks below it have been looked at since `seen`
    uint32_t seen;    // count of freed ones at the last look: a hint, whoever frees may be killed before it
    uint32_t live;    // a block that was in use at the last look at all of them
    uint64_t bytes;
  };
  struct Class {
    std::vector<Span> spans;
    size_t at = 0;
  };

  bool TakeFrom(Span& span, Entry& entry, uint64_t place);
  bool TakeFromClass(Class& c, Entry& entry, uint64_t place);
  bool NewSpan(std::vector<Span>& spans, uint64_t slabs, uint64_t blocks, uint64_t bytes);
  bool TakeSlabs(uint64_t count, uint64_t* first);
  Span* LargeAt(uint64_t block);
  // Whether none of its blocks is in use. The words alone say so.
  bool Empty(Span& span) const;
  void Reclaim(std::vector<Span>& spans);
  void ReclaimAll();
  bool SlabFree(uint64_t slab) const { return free_[slab / 64] >> (slab % 64) & 1; }
  void SetFree(uint64_t first, uint64_t count, bool free);
  bool ExtentFree(uint64_t extent) const;

  const Control control_;
  const uint32_t me_;
  const os::SharedMemory* const data_;
  os::Mapping* const window_;
  const SizeClasses sizes_;
  const uint64_t slabs_per_extent_;

  std::mutex mutex_;  // of what follows
  std::vector<Class> classes_;
  std::vector<Span> large_;
  std::vector<uint64_t> free_;  // a bit per slab: ours, mapped, and without blocks
  std::vector<uint8_t> open_;   // per extent: ours and mapped
  std::atomic<uint64_t> free_slabs_{0};
  std::atomic<uint64_t> owned_{0};
  std::atomic<uint64_t> allocations_{0};
};

}  // namespace atollstore

#endif  // ATOLL_HEAP_CLIENT_HEAP_H_
