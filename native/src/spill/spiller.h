// What does not fit into memory: objects go to disk (evictor.h) when room is short, and come back
// (restorer.h) when somebody gets them. Belongs to the server's thread, which alone changes words; what works
// on files is done beside it.
#ifndef ATOLL_SPILL_SPILLER_H_
#define ATOLL_SPILL_SPILLER_H_

#include <memory>
#include <vector>

#include "os/shared_fd.h"
#include "spill/evictor.h"
#include "spill/restorer.h"

namespace atollstore {

class Spiller {
 public:
  // As for a Restorer; `wake` as for SpillThreads.
  Spiller(const Control& control, const os::Mapping* data, ServerHeap* heap, Sweeper* sweeper,
          std::unique_ptr<SpillFiles> files, const os::WakeFd* wake, Reserver* reserver);

  // Jobs from now on are done by threads.
  Status Start() { return threads_.Start(); }
  int lock() const { return files_->directory().lock(); }

  uint64_t Evict(uint64_t bytes) { return evictor_.Evict(bytes); }
  void EvictThese(const std::vector<uint64_t>& indices) { evictor_.EvictThese(indices); }
  bool evicting() const { return evictor_.busy(); }

  using Wanted = Restorer::Wanted;
  void Restore(uint64_t index) { restorer_.Restore(index); }
  void Check(uint64_t index, uint64_t generation) { restorer_.Check(index, generation); }
  Wanted wanted() const { return restorer_.wanted(); }
  Wanted wanted_aside() const { return restorer_.wanted_aside(); }
  void SetAside(uint64_t bytes) { restorer_.SetAside(bytes); }
  bool RestoreAside(bool largest) { return restorer_.NextAside(largest); }
  bool backing() const { return restorer_.backing(); }
  bool GoOn() { return restorer_.GoOn(); }

  // Goes on with what has been read and written, and, if it may, with what waits for room. Returns whether
  // anything moved.
  bool Poll(bool may_restore);

 private:
  const std::unique_ptr<SpillFiles> files_;
  Evictor evictor_;
  Restorer restorer_;
  SpillThreads threads_;  // the first to end: it may be reading into the restorer's window
};

}  // namespace atollstore

#endif  // ATOLL_SPILL_SPILLER_H_
