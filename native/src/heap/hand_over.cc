// Extents that change hands with what lies in them: from a client, or the server itself, to nobody (kOrphan), and from
// there into the server's heap. What is told of their spans follows from the blocks.
#include <algorithm>

#include "heap/client_heap.h"
#include "object_id.h"

namespace atollstore {

uint64_t ClientHeap::HandOver() {
  constexpr uint64_t kMarks = 4096;
  for (uint64_t taken = kMarks; taken == kMarks;) {
    std::lock_guard lock(mutex_);
    taken = TakeMarks(kNoClass, kMarks);
  }
  uint64_t given = 0;
  for (uint64_t extent = 0; extent < control_.geometry().extents(); ++extent) {
    const uint32_t word = control_.extent(extent).load(std::memory_order_acquire);
    if ((word & kExtentWanted) == 0 || (word & kExtentOwnerMask) != me_) continue;
    std::lock_guard lock(mutex_);
    if (HandOver(extent)) given += control_.geometry().extent_bytes();
  }
  if (given != 0) control_.header().extent_moves.fetch_add(1, std::memory_order_seq_cst);
  return given;
}

bool ClientHeap::HandOver(uint64_t extent) {
  if (open_[extent] == 0) return false;
  const uint64_t first = extent * slabs_per_extent_, end = first + slabs_per_extent_;
  for (uint64_t slab = first; slab < end;) {
    if (free_.IsFree(slab)) {
      ++slab;
      continue;
    }
    const Span& span = spans_[slab];
    // What begins before, is set aside for a lease, or ends behind; what somebody writes.
    if (span.kind == 0 || slab + span.slabs > end || InUse(slab)) return false;
    slab += span.slabs;
  }
  const uint64_t bytes = control_.geometry().extent_bytes();
  // First: what we can still write to is not given away.
  if (!window_->UnmapPart(extent * bytes, bytes).ok()) return false;
  uint32_t ours = me_ | kExtentReserved | kExtentWanted;
  // acq_rel; whoever has it next comes after our last write. Fails when it is not wanted any more: then it stays ours,
  // and if it cannot be mapped again, no new block is made there.
  const bool given = control_.extent(extent).compare_exchange_strong(
      ours, kExtentReserved | kOrphan, std::memory_order_acq_rel);
  if (given || !window_->MapPart(*data_, extent * bytes, bytes).ok()) Forget(extent);
  return given;
}

// Whether a block of the span is being created, or read back from disk.
bool ClientHeap::InUse(uint64_t head) const {
  const uint32_t blocks = BlocksOf(spans_[head]);
  for (uint64_t word = head * kWordsPerSlab; word < head * kWordsPerSlab + blocks; ++word) {
    const uint64_t place = control_.block_word(word).load(std::memory_order_acquire);
    const ObjectId id(atoll_object_id{0, place});
    if (place == 0 || id.index() >= control_.geometry().objects()) continue;
    const Word of(control_.entry(id.index()).word.load(std::memory_order_seq_cst));
    if (of.generation() == id.generation() && (of.being_created() || of.state() == State::kRestoring)) return true;
  }
  return false;
}

void ClientHeap::Forget(uint64_t extent) {
  const uint64_t end = (extent + 1) * slabs_per_extent_;
  for (uint64_t slab = end - slabs_per_extent_; slab < end;) {
    Span& span = spans_[slab];
    if (free_.IsFree(slab)) {
      TakeSlabsAt(slab++, 1);
      continue;
    }
    if ((span.flags & kListed) != 0) Unlist(slab);
    span.kind = 0;
    slab += span.slabs;
  }
  open_[extent] = 0;
  owned_.fetch_sub(control_.geometry().extent_bytes(), std::memory_order_relaxed);
}

// Spans in order that do not overlap: else somebody has written into the entries.
bool ClientHeap::GoTogether(uint64_t extent, const std::vector<Block>& blocks) const {
  uint64_t covered = extent * slabs_per_extent_;
  const uint64_t end = covered + slabs_per_extent_;
  uint64_t head = UINT64_MAX;
  uint32_t kind = 0;
  for (const Block& block : blocks) {
    const uint64_t slab = (block.number - 1) / kWordsPerSlab;
    const uint32_t c = sizes_.For(block.bytes);
    const uint64_t number = (block.number - 1) % kWordsPerSlab;
    if (number >= (c < sizes_.count() ? sizes_[c].blocks : 1)) return false;
    if (slab == head && c == kind) continue;
    const uint64_t slabs = c < sizes_.count() ? sizes_[c].slabs : (block.bytes + kSlabBytes - 1) / kSlabBytes;
    if (slab < covered || slabs == 0 || slabs > end - slab || slab >= end) return false;
    covered = slab + slabs;
    head = slab;
    kind = c;
  }
  return true;
}

// Words of blocks that no entry points to: of a copy that was not finished when a server was killed.
void ClientHeap::ClearStrayWords(uint64_t extent, const std::vector<Block>& blocks) {
  const uint64_t step = os::PageSize() / sizeof(u64), words = slabs_per_extent_ * kWordsPerSlab;
  auto known = blocks.begin();
  for (uint64_t at = extent * words; at < (extent + 1) * words; at += step) {
    if (!os::HasMemory(&control_.block_word(at))) continue;
    for (uint64_t word = at; word < at + step; ++word) {
      while (known != blocks.end() && known->number < word + 1) ++known;
      if (known != blocks.end() && known->number == word + 1) continue;
      if (control_.block_word(word).load(std::memory_order_relaxed) != 0)
        control_.block_word(word).store(0, std::memory_order_release);
    }
  }
}

bool ClientHeap::Adopt(uint64_t extent, const std::vector<Block>& blocks) {
  std::lock_guard lock(mutex_);
  const uint64_t bytes = control_.geometry().extent_bytes();
  if (open_[extent] != 0 || !GoTogether(extent, blocks)) return false;
  if (!MapExtents(extent, extent + 1, os::Deadline::After(0)).ok()) return false;
  uint32_t nobodys = kOrphan | kExtentReserved;
  if (!control_.extent(extent).compare_exchange_strong(nobodys, me_ | kExtentReserved, std::memory_order_acq_rel)) {
    (void)window_->UnmapPart(extent * bytes, bytes);
    return false;
  }
  ClearStrayWords(extent, blocks);
  const uint64_t first = extent * slabs_per_extent_, end = first + slabs_per_extent_;
  for (uint64_t slab = first; slab < end; ++slab) spans_[slab] = {};
  for (const Block& block : blocks) {
    Span& span = spans_[(block.number - 1) / kWordsPerSlab];
    const uint32_t c = sizes_.For(block.bytes);
    span.kind = static_cast<uint8_t>(c + 1);
    span.slabs = static_cast<uint32_t>(c < sizes_.count() ? sizes_[c].slabs : (block.bytes + kSlabBytes - 1) / kSlabBytes);
  }
  open_[extent] = 1;
  owned_.fetch_add(bytes, std::memory_order_relaxed);
  uint64_t free = first;  // from here on up to `slab` they are
  for (uint64_t slab = first; slab < end;) {
    const uint64_t slabs = spans_[slab].kind == 0 ? 0 : spans_[slab].slabs;
    if (slabs != 0 && slab > free) FreeSlabs(free, slab - free);
    if (slabs != 0 && !IsLarge(spans_[slab])) Enlist(slab);
    // Whatever is freed from now on is marked; what was freed before this, while it was nobody's, is looked for.
    if (slabs != 0) marks_.Set(slab);
    slab += std::max<uint64_t>(1, slabs);
    if (slabs != 0) free = slab;
  }
  if (end > free) FreeSlabs(free, end - free);
  return true;
}

}  // namespace atollstore
