// A server life that follows another one, which may have been killed anywhere, also in here: what a server keeps in its
// own memory is made again from the segments, a slice at a time. Clients go on working meanwhile, and others come; only
// the server takes things away, so nothing that is alive here dies under it. Every step may be repeated:
//   1. extents that were the last server's are watched again, the memory is counted;
//   2. entries that were being taken away are, or stay; the blocks in those extents, and what is on disk, are found;
//   3. names and containers say what the server's own column must hold;
//   4. extents in which there is nothing are opened, and every bell rings.
// Then the dead are buried, and every entry is looked at once. The server's thread alone.
#ifndef ATOLL_SERVER_RECOVERY_H_
#define ATOLL_SERVER_RECOVERY_H_

#include <memory>
#include <vector>

#include "layout/geometry.h"
#include "os/zeros.h"
#include "result.h"
#include "server/name_table.h"
#include "server/slice.h"
#include "server/sweeper.h"

namespace atollstore {

class Recovery {
 public:
  // Step 1, before the server does anything else.
  static Result<std::unique_ptr<Recovery>> Begin(const Control& control, Sweeper* sweeper, NameTable* names);

  // Goes on for a slice. Returns whether it is done.
  bool Go();
  // Whether there is nothing to do for it but to wait for the disk.
  bool waits() const { return sweeper_->reading(); }

 private:
  Recovery(const Control& control, Sweeper* sweeper, NameTable* names)
      : control_(control), sweeper_(sweeper), names_(names), high_(control.entries_high()) {}
  void TakeExtents();

  enum class Step { kEntries, kNames, kContainers, kColumn, kBlocks, kOpen, kDone };
  bool Do(Slice* slice);
  template <typename F>
  bool Each(uint64_t end, Slice* slice, F&& visit);

  const Control control_;
  Sweeper* const sweeper_;
  NameTable* const names_;
  const uint64_t high_;  // entries that came later have been nobody's but this life's
  Step step_ = Step::kEntries;
  uint64_t at_ = 0;                // in this step
  std::vector<uint64_t> extents_;  // taken over
  os::Zeros<uint32_t> wanted_;     // references of the server, by entry
};

}  // namespace atollstore

#endif  // ATOLL_SERVER_RECOVERY_H_
