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
  if (block == 0 || block > control.geometry().slabs() * kWordsPerSlab) return 0;
  const bool was_ours = FreeBlockWord(control, block, place);
  // Only now: an entry that no longer points to a word that still names it would lose the block.
  entry.block.store(0, std::memory_order_relaxed);
  return was_ours ? block : 0;
}

uint64_t BlockOffset(const SizeClasses& classes, uint64_t block, uint64_t bytes) {
  return (block - 1) / kWordsPerSlab * kSlabBytes + (block - 1) % kWordsPerSlab * BlockBytes(classes, bytes);
}

uint64_t FreeBlockAt(const Control& control, const SizeClasses& classes, uint64_t offset, uint64_t bytes, uint64_t place,
                     uint64_t but) {
  if (offset >= control.geometry().capacity()) return 0;
  const uint32_t c = classes.For(bytes);
  const bool small = c < classes.count();
  const uint64_t block_bytes = BlockBytes(classes, bytes);
  // A span of small blocks begins some slabs before, which its block alone would tell; a large block in its first slab.
  const uint64_t last = offset / kSlabBytes, slabs = small ? classes[c].slabs : 1;
  for (uint64_t head = last;; --head) {
    const uint64_t into = offset - head * kSlabBytes;
    const uint64_t block = head * kWordsPerSlab + into / block_bytes + 1;
    const bool fits = into % block_bytes == 0 && into / block_bytes < (small ? classes[c].blocks : 1);
    if (fits && block != but && FreeBlockWord(control, block, place)) return block;
    if (head == 0 || last - head + 1 == slabs) return 0;
  }
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
