// Extents that change hands with what lies in them: from a client, or the server itself, to nobody (kOrphan),
// and from there into the server's heap. What is told of their spans follows from the blocks.
#include <algorithm>

#include "heap/client_heap.h"
#include "object_id.h"

namespace atollstore {
namespace {

// Under one hold of the lock, and in one call.
constexpr uint64_t kUnmapAtOnce = 16 << 20;

}  // namespace

uint64_t ClientHeap::HandOver() {
  constexpr uint64_t kMarks = 4096;
  for (uint64_t taken = kMarks; taken == kMarks;) {
    std::lock_guard lock(mutex_);
    taken = TakeMarks(kNoClass, kMarks);
  }
  uint64_t given = 0;
  for (uint64_t extent = 0; extent < control_.geometry().extents();) {
    if (!IsWanted(extent)) {
      ++extent;
      continue;
    }
    uint64_t end = extent + 1;
    Out out = TakeOut(extent, &end);
    if (out == Out::kInReserve && MoveReserve(extent, end)) out = TakeOut(extent, &end);
    if (out == Out::kInReserve) Refuse(extent, end);
    if (out == Out::kTaken && HandOver(extent, end)) given += (end - extent) * control_.geometry().extent_bytes();
    extent = end;
  }
  if (given != 0) control_.header().extent_moves.fetch_add(1, std::memory_order_seq_cst);
  return given;
}

bool ClientHeap::IsWanted(uint64_t extent) const {
  const uint32_t word = control_.extent(extent).load(std::memory_order_acquire);
  return word == (me_ | kExtentReserved | kExtentWanted);
}

// Whether the extent can be handed over, with those behind it up to `end` to which spans join it.
bool ClientHeap::MayGo(uint64_t extent, uint64_t* end) const {
  if (open_[extent] == 0) return false;
  for (uint64_t slab = extent * slabs_per_extent_; slab < *end * slabs_per_extent_;) {
    if (free_.IsFree(slab)) {
      ++slab;
      continue;
    }
    const Span& span = spans_[slab];
    // What begins before it, or is set aside for a lease; what somebody writes.
    if (span.kind == 0 || InUse(slab)) return false;
    slab += span.slabs;
    for (; *end * slabs_per_extent_ < slab; ++*end) {
      if (open_[*end] == 0 || !IsWanted(*end)) return false;
    }
  }
  return true;
}

// Whether enough is free elsewhere for what this client keeps in reserve.
bool ClientHeap::LeavesReserve(uint64_t first, uint64_t end) const {
  uint64_t going = 0;
  for (uint64_t slab = first * slabs_per_extent_; slab < end * slabs_per_extent_; ++slab)
    going += free_.IsFree(slab);
  return free_.total() >= going + reserve_.load(std::memory_order_relaxed);
}

// By taking the flag off: the server looks elsewhere then (Mover::IsRefused()).
void ClientHeap::Refuse(uint64_t first, uint64_t end) {
  for (uint64_t extent = first; extent < end; ++extent)
    control_.extent(extent).fetch_and(~kExtentWanted, std::memory_order_release);
}

// Leases others for what of the reserve lies in these. Returns whether it has got some.
bool ClientHeap::MoveReserve(uint64_t first, uint64_t end) {
  for (uint64_t leased = 0; leased < end - first; ++leased) {
    const Run run = LeaseOneElsewhere(first, end);
    if (run.count == 0 || !Commit(run, os::Deadline::After(0)).ok()) return false;
    std::lock_guard lock(mutex_);
    if (LeavesReserve(first, end)) return true;
  }
  return false;
}

// Takes the extents out of use, as many as must go together. The first of them decides: when it is wanted, all go.
ClientHeap::Out ClientHeap::TakeOut(uint64_t first, uint64_t* end) {
  const uint64_t bytes = control_.geometry().extent_bytes();
  std::lock_guard lock(mutex_);
  if (!IsWanted(first) || !MayGo(first, end)) return Out::kInUse;
  if (!LeavesReserve(first, *end)) return Out::kInReserve;
  // What could lack mappings is the first part; the others go where that has gone.
  if (!window_->UnmapPart(first * bytes, std::min(kUnmapAtOnce, (*end - first) * bytes)).ok()) return Out::kInUse;
  for (uint64_t extent = first; extent < *end; ++extent) Forget(extent);
  return Out::kTaken;
}

// Gives them to nobody, wanted still or not: the server finds them by itself.
bool ClientHeap::HandOver(uint64_t first, uint64_t end) {
  const uint64_t bytes = control_.geometry().extent_bytes();
  // Without the lock, which others need, and before: what we can still write to is not given away. It stays ours then, and
  // no new block is made there.
  for (uint64_t at = first * bytes + kUnmapAtOnce; at < end * bytes; at += kUnmapAtOnce) {
    if (!window_->UnmapPart(at, std::min(kUnmapAtOnce, end * bytes - at)).ok()) return false;
  }
  // release; whoever has them next comes after our last write. The server's flag goes with that.
  for (uint64_t extent = first; extent < end; ++extent)
    control_.extent(extent).store(kExtentReserved | kOrphan, std::memory_order_release);
  return true;
}

// Whether a block of the span is being created, or read back from disk.
bool ClientHeap::InUse(uint64_t head) const {
  const uint32_t blocks = BlocksOf(spans_[head]);
  for (uint64_t word = head * kWordsPerSlab; word < head * kWordsPerSlab + blocks; ++word) {
    const uint64_t place = control_.block_word(word).load(std::memory_order_acquire);
    const ObjectId id(atoll_object_id{0, place});
    if (place == 0 || id.index() >= control_.entries_high()) continue;
    const Word of(control_.entry(id.index()).word.load(std::memory_order_seq_cst));
    if (of.generation() == id.generation() && (of.being_created() || of.state() == State::kRestoring))
      return true;
  }
  return false;
}

void ClientHeap::Forget(uint64_t extent) {
  const uint64_t first = extent * slabs_per_extent_;
  for (uint64_t slab = first; slab < first + slabs_per_extent_; ++slab) {
    Span& span = spans_[slab];
    if (free_.IsFree(slab)) TakeSlabsAt(slab, 1);
    if (span.kind != 0 && (span.flags & kListed) != 0) Unlist(slab);
    span.kind = 0;
  }
  open_[extent] = 0;
  owned_.fetch_sub(control_.geometry().extent_bytes(), std::memory_order_relaxed);
}

// Spans in order that do not overlap: else somebody has written into the entries.
bool ClientHeap::GoTogether(const Run& run, const std::vector<Block>& blocks) const {
  uint64_t covered = run.first * slabs_per_extent_;
  const uint64_t end = (run.first + run.count) * slabs_per_extent_;
  uint64_t head = UINT64_MAX;
  uint32_t kind = 0;
  for (const Block& block : blocks) {
    const uint64_t slab = (block.number - 1) / kWordsPerSlab;
    const uint32_t c = sizes_.For(block.bytes);
    const uint64_t number = (block.number - 1) % kWordsPerSlab;
    if (number >= (c < sizes_.count() ? sizes_[c].blocks : 1)) return false;
    if (slab == head && c == kind) continue;
    const uint64_t slabs = SlabsFor(block.bytes);
    if (slab < covered || slab >= end || slabs > end - slab) return false;
    covered = slab + slabs;
    head = slab;
    kind = c;
  }
  return true;
}

// Words of blocks that no entry points to: of a copy that was not finished when a server was killed.
void ClientHeap::ClearStrayWords(const Run& run, const std::vector<Block>& blocks) {
  const uint64_t words = slabs_per_extent_ * kWordsPerSlab;
  auto known = blocks.begin();
  control_.EachWritten(&control_.block_word(0), run.first * words, (run.first + run.count) * words,
                       [&](uint64_t begin, uint64_t end) {
                         for (uint64_t word = begin; word < end; ++word) {
                           while (known != blocks.end() && known->number < word + 1) ++known;
                           if (known != blocks.end() && known->number == word + 1) continue;
                           if (control_.block_word(word).load(std::memory_order_relaxed) != 0)
                             control_.block_word(word).store(0, std::memory_order_release);
                         }
                       });
}

bool ClientHeap::Adopt(const Run& run, const std::vector<Block>& blocks) {
  std::lock_guard lock(mutex_);
  const uint64_t bytes = control_.geometry().extent_bytes(), end_extent = run.first + run.count;
  if (!GoTogether(run, blocks) || !MapExtents(run.first, end_extent, os::Deadline::After(0)).ok())
    return false;
  // The server's: nobody else changes its extents.
  for (uint64_t extent = run.first; extent < end_extent; ++extent) {
    control_.extent(extent).store(me_ | kExtentReserved, std::memory_order_release);
    open_[extent] = 1;
  }
  owned_.fetch_add(run.count * bytes, std::memory_order_relaxed);
  ClearStrayWords(run, blocks);
  const uint64_t first = run.first * slabs_per_extent_, end = end_extent * slabs_per_extent_;
  for (uint64_t slab = first; slab < end; ++slab) spans_[slab] = {};
  for (const Block& block : blocks) {
    Span& span = spans_[(block.number - 1) / kWordsPerSlab];
    span.kind = static_cast<uint8_t>(sizes_.For(block.bytes) + 1);
    span.slabs = static_cast<uint32_t>(SlabsFor(block.bytes));
  }
  uint64_t free = first;  // from here on up to `slab` they are
  for (uint64_t slab = first; slab < end;) {
    const uint64_t slabs = spans_[slab].kind == 0 ? 0 : spans_[slab].slabs;
    if (slabs != 0 && slab > free) FreeSlabs(free, slab - free);
    if (slabs != 0 && !IsLarge(spans_[slab])) Enlist(slab);
    // Whatever is freed from now on is marked; what was freed before this, while it was nobody's, is looked
    // for.
    if (slabs != 0) marks_.Set(slab);
    slab += std::max<uint64_t>(1, slabs);
    if (slabs != 0) free = slab;
  }
  if (end > free) FreeSlabs(free, end - free);
  return true;
}

}  // namespace atollstore
