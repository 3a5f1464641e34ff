// Do what there is to do on files beside the server's thread, which must not wait for disks. Reads go first:
// somebody waits for each; two at a time, so that the disk is busy while one is checked. Then removals, which
// make room on the disk. Of writes there is one at a time; the other thread computes checksums for the next
// meanwhile. Without Start() everything is done at once, on the thread that hands it in.
#ifndef ATOLL_SPILL_SPILL_THREADS_H_
#define ATOLL_SPILL_SPILL_THREADS_H_

#include <condition_variable>
#include <deque>
#include <mutex>
#include <vector>

#include "os/shared_fd.h"
#include "os/sync.h"
#include "os/thread.h"
#include "spill/spill_files.h"

namespace atollstore {

// What is done, or was, with one or more items.
struct SpillJob {
  enum class Kind {
    kWrite,  // the items
    kRead,   // the items, each into its `to`; each has an outcome of its own
    kCheck,  // whether the one item can be read
    kIds,    // the contained ids of the one item into `ids`
  };
  Kind kind = Kind::kWrite;
  std::vector<SpillItem> items;
  std::vector<uint8_t> ids;
  Status outcome;
  char failure[640] = "";  // what there is to say about it
};

class SpillThreads {
 public:
  // `wake` is rung when a job is done.
  SpillThreads(SpillFiles* files, const os::WakeFd* wake);
  ~SpillThreads() { Stop(); }
  Status Start();
  // What is not begun is dropped, what is under way given up after its next few megabytes: the files go with
  // the store.
  void Stop();

  void HandIn(SpillJob job);
  void HandIn(SpillRemoval removal);
  std::vector<SpillJob> TakeDone();

 private:
  static void Run(void* self);
  bool MayWrite() const { return !to_write_.empty() && !writing_; }
  bool MayCompute() const { return !to_write_.empty() && !to_write_.front().items.back().crc; }
  // Each with the lock held, and let go while it works.
  void DoNext(std::deque<SpillJob>* queue, std::unique_lock<std::mutex>* lock);
  void RemoveNext(std::unique_lock<std::mutex>* lock);
  // Those of the next write, as far as nobody wants to read.
  void ComputeChecksums(std::unique_lock<std::mutex>* lock);
  void Do(SpillJob* job);
  Status Try(SpillJob* job);
  static bool MayPass(const Status& outcome);
  void ReadAgain(SpillJob* job);

  SpillFiles* const files_;
  const os::WakeFd* const wake_;
  std::mutex mutex_;  // of what follows
  std::condition_variable work_;
  std::deque<SpillJob> to_read_, to_write_;
  std::deque<SpillRemoval> to_remove_;
  std::vector<SpillJob> done_;
  bool writing_ = false;
  bool stopping_ = false;
  os::Thread threads_[2];
};

}  // namespace atollstore

#endif  // ATOLL_SPILL_SPILL_THREADS_H_
