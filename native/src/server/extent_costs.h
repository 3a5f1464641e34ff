// What it would cost to have the extents of a run empty: the bytes that would have to go, and, far worse, those that may
// not go. One look at all entries.
#ifndef ATOLL_SERVER_EXTENT_COSTS_H_
#define ATOLL_SERVER_EXTENT_COSTS_H_

#include <vector>

#include "heap/choose_run.h"
#include "layout/geometry.h"

namespace atollstore {

class ExtentCosts {
 public:
  explicit ExtentCosts(const Control& control);
  // No run is to have any of these.
  void Exclude(const Run& run);
  // Of so many extents: that which withholds the fewest free ones from others, who go on there; of those, the one in
  // which the fewest bytes are pinned, being created, or for another reason not to go. Empty when there is none.
  Run Cheapest(uint64_t extents) const;

 private:
  struct Cost {
    uint64_t bytes = 0;
    uint64_t stay = 0;
    uint64_t excluded = 0;
    uint64_t free = 0;  // nobody's
  };
  std::vector<Cost> costs_;
};

}  // namespace atollstore

#endif  // ATOLL_SERVER_EXTENT_COSTS_H_
