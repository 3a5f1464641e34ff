// Read and write spill files beside the server's thread, which must not wait for disks. Reads go first:
// somebody waits for each; two at a time, so that the disk is busy while one is checked. Of writes there is
// one at a time; the other thread computes checksums for the next meanwhile. Without Start() every job is
// done at once, on the thread that hands it in.
#ifndef ATOLL_SPILL_SPILL_THREADS_H_
#define ATOLL_SPILL_SPILL_THREADS_H_

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "os/sync.h"
#include "spill/spill_files.h"

namespace atollstore {

// Either writes `items`, or reads its one item into `to`.
struct SpillJob {
  std::vector<SpillItem> items;
  uint8_t* to = nullptr;
  Status outcome;
  std::string failure;  // what there is to say about it
  bool writes() const { return to == nullptr; }
};

class SpillThreads {
 public:
  // `wake_fd`: an eventfd that is written when a job is done.
  SpillThreads(SpillFiles* files, int wake_fd) : files_(files), wake_fd_(wake_fd) {}
  ~SpillThreads() { Stop(); }
  Status Start();
  // What is not begun is dropped.
  void Stop();

  void HandIn(SpillJob job);
  std::vector<SpillJob> TakeDone();

 private:
  static void Run(void* self);
  void Do(SpillJob* job);
  // Those of the next write, as far as nobody wants to read.
  void ComputeChecksums(std::unique_lock<std::mutex>* lock);

  SpillFiles* const files_;
  const int wake_fd_;
  std::mutex mutex_;  // of what follows
  std::condition_variable work_;
  std::deque<SpillJob> to_read_, to_write_;
  std::vector<SpillJob> done_;
  bool writing_ = false;
  bool stopping_ = false;
  os::Thread threads_[2];
};

}  // namespace atollstore

#endif  // ATOLL_SPILL_SPILL_THREADS_H_
