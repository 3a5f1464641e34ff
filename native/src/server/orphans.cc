#include "server/orphans.h"

#include <algorithm>

#include "layout/location.h"

namespace atollstore {

uint32_t Orphans::OwnerOf(uint64_t extent) const {
  return control_.extent(extent).load(std::memory_order_acquire) & kExtentOwnerMask;
}

bool Orphans::Take(uint64_t extent, uint32_t owner) {
  if (OwnerOf(extent) != owner) return false;
  u32& word = control_.extent(extent);
  // Its owner does not change it any more; the reserver may have a bit to set, on this thread.
  word.store((word.load(std::memory_order_relaxed) & ~(kExtentOwnerMask | kExtentWanted)) | kOrphan,
             std::memory_order_release);
  taken_[extent] = true;
  return true;
}

void Orphans::Count(const Entry& entry) {
  const Geometry& g = control_.geometry();
  const uint64_t block = entry.block.load(std::memory_order_relaxed);
  if (block == 0 || block > g.slabs() * kWordsPerSlab) return;
  const uint64_t first = (block - 1) / kWordsPerSlab / g.slabs_per_extent();
  if (OwnerOf(first) != kOrphan) return;
  if (control_.block_word(block - 1).load(std::memory_order_acquire) == 0) return;  // it is being freed: FreeBlock()
  std::vector<bool>& blocks = blocks_[first];
  blocks.resize(g.slabs_per_extent() * kWordsPerSlab);
  auto known = blocks[(block - 1) % blocks.size()];
  if (known) return;
  const uint64_t offset = Location(entry.location.load(std::memory_order_relaxed)).offset();
  const uint64_t bytes = BlockBytes(classes_, ObjectBytes(entry));
  const uint64_t end = std::min(
      g.extents(), (offset + std::min(bytes, g.capacity()) + g.extent_bytes() - 1) / g.extent_bytes());
  // Small blocks lie in their span, large ones begin in their first slab: either way from `first` on.
  const uint64_t extents = end > first ? end - first : 1;
  known = true;
  if (extents > 1) runs_[block] = extents;
  for (uint64_t e = first; e < first + extents; ++e) ++live_[e];
}

void Orphans::Settle(uint64_t extent) {
  taken_[extent] = false;
  // It may be somebody's again: what a client had that is being buried can have been moved meanwhile.
  if (OwnerOf(extent) != kOrphan) return;
  settled_[extent] = true;
  OpenIfEmpty(extent);
}

void Orphans::Forget(uint64_t extent) {
  const uint64_t words = control_.geometry().slabs_per_extent() * kWordsPerSlab;
  std::erase_if(runs_, [&](const auto& run) { return (run.first - 1) / words == extent; });
  blocks_.erase(extent);
  live_[extent] = 0;
  settled_[extent] = taken_[extent] = false;
}

void Orphans::OpenIfEmpty(uint64_t extent) {
  if (live_[extent] != 0 || !settled_[extent] || OwnerOf(extent) != kOrphan) return;
  settled_[extent] = false;
  // No entry names a block in it: what words are left over name nothing.
  blocks_.erase(extent);
  reserver_->Open(extent);
}

void Orphans::Freed(uint64_t block) {
  const uint64_t extent = (block - 1) / kWordsPerSlab / control_.geometry().slabs_per_extent();
  const auto blocks = blocks_.find(extent);
  if (blocks == blocks_.end()) return;
  auto known = blocks->second[(block - 1) % blocks->second.size()];
  if (!known) return;
  known = false;
  uint64_t extents = 1;
  if (const auto run = runs_.extract(block); !run.empty()) extents = run.mapped();
  for (uint64_t e = extent; e < extent + extents; ++e) {
    if (live_[e] > 0) --live_[e];
    OpenIfEmpty(e);
  }
}

}  // namespace atollstore
