// Extents whose owner is gone, a dead client or an earlier server life: each is opened when the last block in
// it goes. Which blocks there are is asked of the entries, since the words of unused slabs were never
// touched. The server's thread alone.
//
// Extents are taken over in three steps, between which other things may happen: Take() each; Count() each
// entry whose block may lie in one of them; Settle() each. Only then it may be opened. All of that may be
// repeated.
#ifndef ATOLL_SERVER_ORPHANS_H_
#define ATOLL_SERVER_ORPHANS_H_

#include <unordered_map>
#include <vector>

#include "heap/blocks.h"
#include "layout/geometry.h"
#include "server/reserver.h"

namespace atollstore {

class Orphans {
 public:
  Orphans(const Control& control, Reserver* reserver)
      : control_(control),
        classes_(control.geometry().slabs_per_extent()),
        reserver_(reserver),
        live_(control.geometry().extents()),
        settled_(control.geometry().extents()),
        taken_(control.geometry().extents()) {}

  // Makes the extent the server's if it is `owner`'s. Returns whether it was. REQUIRES: that one makes no
  // block any more.
  bool Take(uint64_t extent, uint32_t owner);
  // Notes the entry's block if it lies in such an extent.
  void Count(const Entry& entry);
  // All blocks in the extent are known now.
  void Settle(uint64_t extent);
  // The same for who has taken it, unless others have settled it or look after it since: it may have been opened, leased
  // and handed over by then, with blocks that nobody has counted.
  void SettleTaken(uint64_t extent) {
    if (taken_[extent]) Settle(extent);
  }
  // Nobody's, and all blocks in it are known; or nobody's, and that is yet to come: its owner has handed it
  // over, or is being buried.
  bool IsSettled(uint64_t extent) const { return OwnerOf(extent) == kOrphan && settled_[extent]; }
  bool IsUnsettled(uint64_t extent) const { return OwnerOf(extent) == kOrphan && !settled_[extent]; }
  // The latter by its owner: nobody who buries settles it.
  bool IsHandedOver(uint64_t extent) const { return IsUnsettled(extent) && !taken_[extent]; }
  // Somebody else looks after the extent from now on, and after those that blocks in it reach into.
  void Forget(uint64_t extent);

  // The block with this number is free. REQUIRES: it is the number of a block word.
  void Freed(uint64_t block);

 private:
  uint32_t OwnerOf(uint64_t extent) const;
  void OpenIfEmpty(uint64_t extent);

  const Control control_;
  const SizeClasses classes_;
  Reserver* const reserver_;
  // A bit for each block that begins in an extent, how many extents it takes when that is more than one (by
  // its number), how many lie in an extent, whether all of those are known, and whether it was taken.
  std::unordered_map<uint64_t, std::vector<bool>> blocks_;
  std::unordered_map<uint64_t, uint64_t> runs_;
  std::vector<uint32_t> live_;
  std::vector<bool> settled_, taken_;
};

}  // namespace atollstore

#endif  // ATOLL_SERVER_ORPHANS_H_
