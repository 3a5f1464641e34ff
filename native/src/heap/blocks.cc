#include "heap/blocks.h"

#include <bit>

namespace atollstore {

void MarkFreedSlab(const Control& control, uint64_t slab) {
  const Geometry& g = control.geometry();
  const uint64_t extent = slab >> (std::countr_zero(g.extent_bytes()) - std::countr_zero(kSlabBytes));
  const uint32_t owner = control.extent(extent).load(std::memory_order_acquire) & kExtentOwnerMask;
  // What the server has read back from disk lies in extents of its own. Those of the dead are counted by the
  // sweeper.
  if (owner == kRestorer) {
    control.freed_slabs(kServer).Set(slab);
  } else if (owner != kServer && owner < g.columns()) {
    control.freed_slabs(owner).Set(slab);
  }
}

bool FreeBlockWord(const Control& control, uint64_t block, uint64_t place) {
  // release; pairs with the acquire in ClientHeap::TakeFrom(): whoever reuses the bytes comes after all who
  // have left them.
  if (!control.block_word(block - 1).compare_exchange_strong(place, 0, std::memory_order_acq_rel))
    return false;
  MarkFreedSlab(control, (block - 1) / kWordsPerSlab);
  return true;
}

uint64_t FreeBlock(const Control& control, Entry& entry, uint64_t place) {
  const uint64_t block = entry.block.load(std::memory_order_relaxed);
  if (block == 0 || block > control.geometry().slabs() * kWordsPerSlab) return UINT64_MAX;
  const bool was_ours = FreeBlockWord(control, block, place);
  // Only now: an entry that no longer points to a word that still names it would lose the block.
  entry.block.store(0, std::memory_order_relaxed);
  return was_ours ? (block - 1) / kWordsPerSlab : UINT64_MAX;
}

uint64_t ObjectBytes(const Entry& entry) {
  return ObjectBytes(entry.size.load(std::memory_order_relaxed),
                     entry.contained.load(std::memory_order_relaxed));
}

uint64_t BlockBytes(const SizeClasses& classes, uint64_t bytes) {
  const uint32_t c = classes.For(bytes);
  return c < classes.count() ? classes[c].bytes : (bytes + kSlabBytes - 1) / kSlabBytes * kSlabBytes;
}

}  // namespace atollstore
