// What lies in each extent of the store, asked of the entries in slices of time, and which neighbours are
// emptied at the least cost. Others work on beside it: what it says was so when it came by. The server's
// thread alone.
#ifndef ATOLL_SERVER_SURVEY_H_
#define ATOLL_SERVER_SURVEY_H_

#include <optional>
#include <vector>

#include "heap/blocks.h"
#include "heap/choose_run.h"
#include "layout/geometry.h"

namespace atollstore {

// Where an object lies: its block, and the extents of its span of slabs, which it keeps its owner from giving
// away.
struct Lying {
  uint64_t block = 0, bytes = 0;  // of the object
  uint64_t first = 0, last = 0;   // extents
};
// Of an entry that has a block; nothing when it has none, or somebody has written nonsense there. Each number
// is read once and checked.
std::optional<Lying> ExtentsOf(const Control& control, const SizeClasses& classes, const Entry& entry);

class Survey {
 public:
  struct Extent {
    uint64_t begins = 0;   // bytes of the objects that begin in it
    uint64_t reaches = 0;  // bytes of those that begin before it and reach into it
    uint64_t used = 0;     // bytes of objects in it
    uint64_t objects = 0;  // that begin in it
    uint64_t stays = 0;    // those of them that cannot leave now
    uint32_t fixed = 0;    // objects that begin in it and cannot be moved now: pinned, or not sealed
    uint32_t fixed_reaching = 0;
    uint32_t unsealed = 0;  // objects in it that somebody writes
    bool crossed = false;   // an object keeps this one and the next together
  };

  explicit Survey(const Control& control);

  void Begin();
  // Goes on until that time. Returns whether all entries have been seen.
  bool Go(int64_t until);
  const std::vector<Extent>& extents() const { return extents_; }

  struct Window {
    uint64_t first = 0, count = 0, bytes = 0;  // of all objects that must leave it
  };
  // The `count` neighbours, each of which `may` be taken, that can be emptied by moving the fewest bytes; of
  // equals one at a multiple of `count`. If `begins` is given, one that begins where that says so. Costs as much
  // as there are extents.
  static std::optional<Window> Cheapest(const std::vector<Extent>& extents, const std::vector<bool>& may,
                                        uint64_t count, const std::vector<bool>* begins = nullptr);
  // The `count` neighbours to wait for when none can be emptied: that withhold the fewest that are `free`
  // from others, who go on there; of those, the ones in which the fewest bytes cannot leave; then the fewest
  // bytes. Nothing when no such are there, each of which `may` be taken. The same cost.
  static std::optional<Run> ToWaitFor(const std::vector<Extent>& extents, const std::vector<bool>& may,
                                      const std::vector<bool>& free, uint64_t count);

 private:
  void Add(uint64_t index);

  const Control control_;
  const SizeClasses classes_;
  std::vector<Extent> extents_;
  uint64_t next_ = 0;
};

}  // namespace atollstore

#endif  // ATOLL_SERVER_SURVEY_H_
