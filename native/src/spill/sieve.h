// Which object to evict next: SIEVE (Zhang et al., "SIEVE is Simpler than LRU", NSDI 2024). A queue in the
// order in which objects were found sealed, and a hand that moves from the oldest to the newest: who was
// looked at since the hand passed last stays where it is and loses that mark, the first one without a mark
// goes. The marks are the used bytes that clients set when they get. The server's thread alone.
#ifndef ATOLL_SPILL_SIEVE_H_
#define ATOLL_SPILL_SIEVE_H_

#include <list>
#include <vector>

#include "layout/geometry.h"

namespace atollstore {

// Whether the object could leave memory now, but for pins.
bool MayLeaveMemory(const Entry& entry);

// Whether anybody looks at the object now.
bool Pinned(const Control& control, uint64_t index);

class Sieve {
 public:
  static constexpr uint64_t kNone = UINT64_MAX;
  explicit Sieve(const Control& control) : control_(control) {}

  // The next entry to evict, or kNone when all that are here are pinned or may not leave.
  uint64_t Next();

 private:
  struct Node {
    uint64_t index;
    uint64_t generation;
  };
  void TakeInNew();
  bool TakeMark(uint64_t index);

  const Control control_;
  std::vector<bool> known_;  // as many as were in use at the last look
  std::list<Node> queue_;  // the oldest first
  std::list<Node>::iterator hand_ = queue_.end();
};

}  // namespace atollstore

#endif  // ATOLL_SPILL_SIEVE_H_
