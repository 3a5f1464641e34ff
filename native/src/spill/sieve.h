// Which object to evict next: SIEVE (Zhang et al., "SIEVE is Simpler than LRU", NSDI 2024). A queue in the
// order in which objects were found sealed, and a hand that moves from the oldest to the newest: who was
// looked at since the hand passed last stays where it is and loses that mark, the first one without a mark
// goes. The marks are the used bytes that clients set when they get. The server's thread alone.
//
// Who is pinned when the hand comes by leaves the queue for a list of its own, so that the hand does not pass
// it again and again, and comes back as the newest when it is not pinned any more. Nobody tells of that: a
// few are looked at each time, and all when there is nobody else.
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
  static constexpr uint64_t kNone = UINT64_MAX, kLater = UINT64_MAX - 1;
  explicit Sieve(const Control& control) : control_(control) {}

  // The next entry to evict, or kNone when all that are here are pinned or may not leave. `thorough`:
  // otherwise kNone may also mean that those which were pinned are to be looked at. kLater: that many of the queue were
  // looked at, and there are more.
  uint64_t Next(bool thorough = true, uint64_t most = UINT64_MAX);
  uint64_t queued() const { return queue_.size(); }
  // At how many objects it has looked: what it has cost.
  uint64_t looks() const { return looks_; }

 private:
  struct Node {
    uint64_t index;
    uint64_t generation;
  };
  bool TakeInNew(bool all);
  bool TakeMark(uint64_t index);
  bool IsGone(const Node& node) const;
  void Forget(uint64_t index) { known_[index / 64] &= ~(uint64_t{1} << (index % 64)); }
  uint64_t NextInQueue(uint64_t most);
  // Looks at so many of the pinned, and takes back those that are not any more. Returns whether there was
  // one.
  bool TakeBackUnpinned(size_t most);

  const Control control_;
  std::vector<uint64_t> known_;  // a bit for each entry that is in one of the lists
  std::list<Node> queue_;        // the oldest first
  std::list<Node> pinned_;       // was so when it was looked at; who was looked at last is last
  std::list<Node>::iterator hand_ = queue_.end();
  uint64_t take_in_at_ = 0;  // a word of known_
  uint64_t looks_ = 0;
};

}  // namespace atollstore

#endif  // ATOLL_SPILL_SIEVE_H_
