// Which run of free extents to take.
#ifndef ATOLL_HEAP_CHOOSE_RUN_H_
#define ATOLL_HEAP_CHOOSE_RUN_H_

#include <algorithm>
#include <cstdint>

namespace atollstore {

struct Run {
  uint64_t first = 0;
  uint64_t count = 0;
  bool Has(uint64_t extent) const { return extent >= first && extent - first < count; }
  bool operator==(const Run&) const = default;
};

enum class Room { kNone, kBare, kBacked };  // the last: with memory behind it

// Runs begin at multiples of their own length where they can: so those of one length, of which there tend to be many,
// leave no holes between them that are too short for another. That matters most for a long one, which leaves too little
// on both sides when it lies in the middle.
inline bool LiesWell(const Run& run) { return run.first % run.count == 0; }
inline bool IsLong(uint64_t need, uint64_t extents) { return need > extents / 3; }

// A run of `need` extents for which room_at(extent) is some, one that lies well if there is such; memory that is there
// already comes next. Empty when there is none.
template <typename F>
Run ChooseRun(uint64_t extents, uint64_t need, bool backed_only, F&& room_at) {
  uint64_t best[4] = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};
  uint64_t free = 0, backed = 0;  // extents in a row, up to here
  for (uint64_t at = 0; at < extents; ++at) {
    const Room room = room_at(at);
    free = room != Room::kNone ? free + 1 : 0;
    backed = room == Room::kBacked ? backed + 1 : 0;
    if (free < need) continue;
    const uint64_t first = at + 1 - need;
    const bool well = LiesWell({first, need});
    if (well && backed >= need) return {first, need};
    uint64_t& found = best[(well ? 0 : 2) + (backed >= need ? 0 : 1)];
    found = std::min(found, first);
  }
  for (const uint64_t kind : {1, 2, 3}) {
    if (best[kind] != UINT64_MAX && (kind == 2 || !backed_only)) return {best[kind], need};
  }
  return {};
}

}  // namespace atollstore

#endif  // ATOLL_HEAP_CHOOSE_RUN_H_
