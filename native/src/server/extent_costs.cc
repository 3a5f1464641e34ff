#include "server/extent_costs.h"

#include <algorithm>
#include <tuple>

#include "heap/blocks.h"
#include "layout/location.h"
#include "spill/sieve.h"

namespace atollstore {

ExtentCosts::ExtentCosts(const Control& control) : costs_(control.geometry().extents()) {
  const Geometry& g = control.geometry();
  for (uint64_t extent = 0; extent < g.extents(); ++extent) {
    costs_[extent].free = (control.extent(extent).load(std::memory_order_relaxed) & kExtentOwnerMask) == 0;
  }
  for (uint64_t i = 0, high = control.entries_high(); i < high; ++i) {
    const Entry& entry = control.entry(i);
    if (entry.block.load(std::memory_order_acquire) == 0) continue;
    const bool stays = !MayLeaveMemory(entry) || Pinned(control, i);
    const Location location(entry.location.load(std::memory_order_relaxed));
    const uint64_t offset = std::min(location.offset(), g.capacity() - 1);
    const uint64_t bytes = std::clamp<uint64_t>(ObjectBytes(entry), 1, g.capacity() - offset);
    const uint64_t last = (offset + bytes - 1) / g.extent_bytes();
    for (uint64_t extent = offset / g.extent_bytes(); extent <= last; ++extent) {
      const uint64_t begin = std::max(offset, extent * g.extent_bytes());
      const uint64_t here = std::min(offset + bytes, (extent + 1) * g.extent_bytes()) - begin;
      costs_[extent].bytes += here;
      if (stays) costs_[extent].stay += here;
    }
  }
}

void ExtentCosts::Exclude(const Run& run) {
  for (uint64_t at = run.first; at < costs_.size() && run.Has(at); ++at) costs_[at].excluded = 1;
}

Run ExtentCosts::Cheapest(uint64_t extents) const {
  if (extents > costs_.size()) return {};
  Cost sum, best;
  Run cheapest;
  for (uint64_t end = 1; end <= costs_.size(); ++end) {
    const Cost& next = costs_[end - 1];
    sum = {sum.bytes + next.bytes, sum.stay + next.stay, sum.excluded + next.excluded, sum.free + next.free};
    if (end < extents) continue;
    if (sum.excluded == 0 &&
        (cheapest.count == 0 || std::tie(sum.free, sum.stay, sum.bytes) < std::tie(best.free, best.stay, best.bytes))) {
      best = sum;
      cheapest = {end - extents, extents};
    }
    const Cost& gone = costs_[end - extents];
    sum = {sum.bytes - gone.bytes, sum.stay - gone.stay, sum.excluded - gone.excluded, sum.free - gone.free};
  }
  return cheapest;
}

}  // namespace atollstore
