// Which run of free extents to take.
#ifndef ATOLL_HEAP_CHOOSE_RUN_H_
#define ATOLL_HEAP_CHOOSE_RUN_H_

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace atollstore {

struct Run {
  uint64_t first = 0;
  uint64_t count = 0;
  bool Has(uint64_t extent) const { return extent >= first && extent - first < count; }
  bool operator==(const Run&) const = default;
};

enum class Room { kNone, kBare, kBacked };  // the last: with memory behind it

inline bool IsLong(uint64_t need, uint64_t extents) { return need > extents / 3; }

// Runs begin at multiples of their own length where they can: so those of one length, of which there tend to be many,
// leave no holes between them that are too short for another. That matters most for a long one, which leaves too little
// on both sides when it lies in the middle: it may also lie at the very end. 0 is best.
inline int RankOf(const Run& run, uint64_t extents) {
  if (run.first % run.count == 0) return 0;
  return IsLong(run.count, extents) && run.first + run.count == extents ? 1 : 2;
}
inline bool LiesWell(const Run& run, uint64_t extents) { return RankOf(run, extents) < 2; }

// A run of `need` extents for which room_at(extent) is some, one that lies well if there is such; memory that is there
// already comes next. Empty when there is none.
template <typename F>
Run ChooseRun(uint64_t extents, uint64_t need, bool backed_only, F&& room_at) {
  uint64_t best[6];  // the first of each rank, with memory and without
  std::fill(std::begin(best), std::end(best), UINT64_MAX);
  uint64_t free = 0, backed = 0;  // extents in a row, up to here
  for (uint64_t at = 0; at < extents; ++at) {
    const Room room = room_at(at);
    free = room != Room::kNone ? free + 1 : 0;
    backed = room == Room::kBacked ? backed + 1 : 0;
    if (free < need) continue;
    const uint64_t first = at + 1 - need;
    const int kind = RankOf({first, need}, extents) * 2 + (backed >= need ? 0 : 1);
    if (kind == 0) return {first, need};
    best[kind] = std::min(best[kind], first);
  }
  for (int kind = 1; kind < 6; ++kind) {
    if (best[kind] != UINT64_MAX && (kind % 2 == 0 || !backed_only)) return {best[kind], need};
  }
  return {};
}

}  // namespace atollstore

#endif  // ATOLL_HEAP_CHOOSE_RUN_H_
