#include "server/survey.h"

#include <algorithm>
#include <compare>

#include "layout/location.h"
#include "os/sync.h"
#include "spill/sieve.h"

namespace atollstore {

std::optional<Lying> ExtentsOf(const Control& control, const SizeClasses& classes, const Entry& entry) {
  const Geometry& g = control.geometry();
  const uint64_t block = entry.block.load(std::memory_order_acquire);
  const uint64_t bytes = ObjectBytes(entry);
  if (block == 0 || block > g.slabs() * kWordsPerSlab || bytes > g.capacity()) return {};
  const uint64_t head = (block - 1) / kWordsPerSlab;
  const uint32_t c = classes.For(bytes);
  const uint64_t slabs =
      c < classes.count() ? classes[c].slabs : std::max<uint64_t>(1, (bytes + kSlabBytes - 1) / kSlabBytes);
  const uint64_t last = std::min(head + slabs, g.slabs()) - 1;
  return Lying{block, bytes, head / g.slabs_per_extent(), last / g.slabs_per_extent()};
}

Survey::Survey(const Control& control) : control_(control), classes_(control.geometry().slabs_per_extent()) {}

void Survey::Begin() {
  extents_.assign(control_.geometry().extents(), {});
  next_ = 0;
}

bool Survey::Go(int64_t until) {
  constexpr uint64_t kBetweenLooks = 256;  // at the clock
  const uint64_t high = control_.entries_high();
  while (next_ < high) {
    for (const uint64_t end = std::min(high, next_ + kBetweenLooks); next_ < end; ++next_) Add(next_);
    if (os::NowNanos() >= until) break;
  }
  return next_ >= high;
}

void Survey::Add(uint64_t index) {
  const Entry& entry = control_.entry(index);
  const auto range = ExtentsOf(control_, classes_, entry);
  if (!range) return;
  const Word word(entry.word.load(std::memory_order_acquire));
  const uint64_t bytes = BlockBytes(classes_, range->bytes),
                 extent_bytes = control_.geometry().extent_bytes();
  const bool fixed = !MayLeaveMemory(entry) || Pinned(control_, index);
  const bool unsealed = word.being_created() || word.state() == State::kRestoring;
  extents_[range->first].begins += bytes;
  ++extents_[range->first].objects;
  extents_[range->first].fixed += fixed;
  const uint64_t offset = Location(entry.location.load(std::memory_order_relaxed)).offset();
  for (uint64_t e = range->first; e <= range->last; ++e) {
    Extent& extent = extents_[e];
    extent.unsealed += unsealed;
    const uint64_t begin = std::max(offset, e * extent_bytes),
                   end = std::min(offset + bytes, (e + 1) * extent_bytes);
    if (begin < end) extent.used += end - begin;
    if (begin < end && fixed) extent.stays += end - begin;
    if (e != range->first) {
      extent.reaches += bytes;
      extent.fixed_reaching += fixed;
    }
    if (e != range->last) extent.crossed = true;
  }
}

std::optional<Survey::Window> Survey::Cheapest(const std::vector<Extent>& extents,
                                               const std::vector<bool>& may, uint64_t count,
                                               const std::vector<bool>* begins_there) {
  std::optional<Window> best;
  if (count == 0 || count > extents.size()) return best;
  uint64_t begins = 0, fixed = 0, barred = 0;
  for (uint64_t end = 1; end <= extents.size(); ++end) {
    begins += extents[end - 1].begins;
    fixed += extents[end - 1].fixed;
    barred += !may[end - 1];
    if (end < count) continue;
    const uint64_t first = end - count;
    const uint64_t bytes = begins + extents[first].reaches;
    const bool possible = barred == 0 && fixed + extents[first].fixed_reaching == 0 &&
                          (begins_there == nullptr || (*begins_there)[first]);
    const bool better = !best || bytes < best->bytes ||
                        (bytes == best->bytes && first % count == 0 && best->first % count != 0);
    if (possible && better) best = Window{first, count, bytes};
    begins -= extents[first].begins;
    fixed -= extents[first].fixed;
    barred -= !may[first];
  }
  return best;
}

std::optional<Run> Survey::ToWaitFor(const std::vector<Extent>& extents, const std::vector<bool>& may,
                                     const std::vector<bool>& free, uint64_t count) {
  std::optional<Run> cheapest;
  if (count == 0 || count > extents.size()) return cheapest;
  struct Cost {
    uint64_t barred = 0, free = 0, stays = 0, used = 0;
    auto operator<=>(const Cost&) const = default;
  };
  Cost sum, best;
  const auto cost = [&](uint64_t at) {
    return Cost{!may[at], free[at], extents[at].stays, extents[at].used};
  };
  for (uint64_t end = 1; end <= extents.size(); ++end) {
    const Cost next = cost(end - 1);
    sum = {sum.barred + next.barred, sum.free + next.free, sum.stays + next.stays, sum.used + next.used};
    if (end < count) continue;
    if (sum.barred == 0 && (!cheapest || sum < best)) {
      best = sum;
      cheapest = Run{end - count, count};
    }
    const Cost gone = cost(end - count);
    sum = {sum.barred - gone.barred, sum.free - gone.free, sum.stays - gone.stays, sum.used - gone.used};
  }
  return cheapest;
}

}  // namespace atollstore
