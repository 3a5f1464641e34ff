// Does what may take long with the pages of the two segments, beside the server's thread: it looks at the limits, backs
// what is to be used, punches what is not used any more. It is told ranges and says what came of them; entries, extents'
// words and all else in shared memory are the server's alone. Jobs are done one after the other, in the order in which
// they were handed in. Without Start() whoever takes the results does the work, a slice at a time.
#ifndef ATOLL_SERVER_RESERVE_THREAD_H_
#define ATOLL_SERVER_RESERVE_THREAD_H_

#include <condition_variable>
#include <deque>
#include <mutex>
#include <vector>

#include "os/shared_fd.h"
#include "os/thread.h"
#include "server/page_backer.h"
#include "server/slice.h"

namespace atollstore {

// Bytes of a segment.
struct Range {
  uint64_t at = 0, bytes = 0;
};

struct PageJob {
  enum class Kind {
    kLook,   // how many bytes may be taken
    kBack,   // `data`, an extent after the other, until one is refused
    kPunch,  // `data` and `control`: zeros without memory
  };
  Kind kind = Kind::kLook;
  Range data, control;
  uint64_t tag = 0;     // of who hands it in
  uint64_t result = 0;  // kLook: the bytes; kBack: those of `data`, from its beginning, that have memory now
  bool lost = false;    // kBack: somebody else has closed the segment's descriptor
};

class ReserveThread {
 public:
  // `wake` is rung when a job is done. All live longer than this.
  ReserveThread(os::SharedMemory* control, os::SharedMemory* data, const os::Mapping* mapping,
                uint64_t extent_bytes, uint64_t keep, const os::WakeFd* wake);
  ~ReserveThread() { Stop(); }
  ReserveThread(const ReserveThread&) = delete;
  ReserveThread& operator=(const ReserveThread&) = delete;

  Status Start();
  // Waits for what is being done now, at most an extent's worth. What is not begun is dropped.
  void Stop();

  void HandIn(const PageJob& job);
  std::vector<PageJob> TakeDone();
  // Those handed in and not taken yet.
  uint64_t jobs() const { return jobs_; }

 private:
  static void Run(void* self);
  void Loop();
  // A step of the job. Returns whether it is done.
  bool Step(PageJob* job);

  os::SharedMemory* const control_;
  os::SharedMemory* const data_;
  const uint64_t extent_bytes_;
  const os::WakeFd* const wake_;
  PageBacker backer_;   // of who does the work
  uint64_t jobs_ = 0;   // of who hands in
  std::mutex mutex_;    // of what follows
  std::condition_variable work_;
  std::deque<PageJob> to_do_;
  std::vector<PageJob> done_;
  bool stopping_ = false;
  os::Thread thread_;
};

}  // namespace atollstore

#endif  // ATOLL_SERVER_RESERVE_THREAD_H_
