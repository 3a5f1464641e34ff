// What happens when a client has died or left, a slice at a time. Order matters, and every step may be repeated: a server
// that was killed between two slices is followed by one that begins again.
//   1. whoever reads its rings reads what it had committed (await_farewell) and registers references for it;
//   2. its extents become the server's;
//   3. its containers are taken in, so that their children are held before it lets go of them;
//   4. entry by entry, it is taken out of them: creations are undone, slots cleared, its number removed; its entry blocks
//      are nobody's again;
//   5. its extents are opened, at once or with their last block;
//   6. its columns are cleared;
//   7. its slot is free again, and whoever holds something that it has had to do with is rung.
// It has had to do with nothing outside the entry blocks that it has touched. The server's thread alone.
#ifndef ATOLL_SERVER_BURIAL_H_
#define ATOLL_SERVER_BURIAL_H_

#include <vector>

#include "layout/geometry.h"
#include "server/reserver.h"
#include "server/slice.h"
#include "server/sweeper.h"

namespace atollstore {

class Burial {
 public:
  // REQUIRES: the client is dead or detached.
  Burial(const Control& control, uint32_t client, Sweeper* sweeper, Reserver* reserver);

  uint32_t client() const { return client_; }
  // Whether it waits for the reserver.
  bool waits() const { return step_ == Step::kColumns; }
  // Goes on for a slice with steps 2 to 6. Returns whether they are done.
  bool Go();
  // Step 7.
  void FreeSlot() const;

 private:
  enum class Step { kExtents, kContainers, kEntries, kBlocks, kOpen, kDropped, kColumns, kDone };
  // Returns whether the step has come to its end.
  bool Do(Slice* slice);
  void BuryEntry(uint64_t index);
  template <typename F>
  bool EachTouched(Slice* slice, F&& visit);
  template <typename F>
  bool Each(uint64_t end, Slice* slice, F&& visit);

  const Control control_;
  const uint32_t client_;
  Sweeper* const sweeper_;
  Reserver* const reserver_;
  Step step_ = Step::kExtents;
  uint64_t at_ = 0;      // in this step
  uint64_t ticket_ = 0;  // of the reserver, for the columns
  std::vector<uint64_t> extents_;
  std::vector<bool> to_ring_;  // clients
};

}  // namespace atollstore

#endif  // ATOLL_SERVER_BURIAL_H_
