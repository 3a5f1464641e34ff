#include "spill/spiller.h"

#include <utility>

#include "server/slice.h"

namespace atollstore {

Spiller::Spiller(const Control& control, const os::Mapping* data, ServerHeap* heap, Sweeper* sweeper,
                 std::unique_ptr<SpillFiles> files, const os::WakeFd* wake, Reserver* reserver)
    : files_(std::move(files)),
      evictor_(control, data, sweeper, files_.get(), &threads_),
      restorer_(control, data, heap, sweeper, &threads_, reserver),
      threads_(files_.get(), wake) {
  sweeper->UseSpillFiles(files_.get(), &threads_);
  const std::string& path = files_->directory().path();
  control.spill().directory.Write(path.size() > SpillHeader::kMostPath ? "" : path);
  control.spill().trouble.Write("");
}

bool Spiller::Poll(bool may_restore) {
  bool moved = evictor_.Go();
  for (const SpillJob& job : threads_.TakeDone()) {
    moved = true;
    switch (job.kind) {
      case SpillJob::Kind::kWrite:
        evictor_.Written(job);
        break;
      case SpillJob::Kind::kRead:
        restorer_.HaveRead(job);
        break;
      case SpillJob::Kind::kCheck:
        restorer_.HaveChecked(job);
        break;
      case SpillJob::Kind::kIds:  // in a recovery, which takes it itself
        break;
    }
  }
  // At least one, however slowly this thread runs.
  for (const Slice slice; may_restore && restorer_.Next();) {
    moved = true;
    if (slice.over()) break;
  }
  return moved;
}

}  // namespace atollstore
