// Takes objects out of memory when room is short: pins one in the server's column; has it written while it
// stays readable; notes the place; unpins; SEALED -> DYING, scan, -> SPILLED; frees the block. A place once
// noted is kept until the object goes, so evicting it a second time writes nothing. The server's thread
// alone, in slices.
#ifndef ATOLL_SPILL_EVICTOR_H_
#define ATOLL_SPILL_EVICTOR_H_

#include <deque>
#include <vector>

#include "os/shared_memory.h"
#include "server/sweeper.h"
#include "spill/sieve.h"
#include "spill/spill_files.h"
#include "spill/spill_threads.h"

namespace atollstore {

class Evictor {
 public:
  Evictor(const Control& control, const os::Mapping* data, Sweeper* sweeper, SpillFiles* files,
          SpillThreads* threads)
      : control_(control),
        data_(data),
        sweeper_(sweeper),
        files_(files),
        threads_(threads),
        classes_(control.geometry().slabs_per_extent()),
        sieve_(control_) {}

  // Begins to evict about so many bytes, by SIEVE. Returns the bytes that are leaving memory, or for which others are yet to
  // be chosen: 0 when nothing may leave.
  uint64_t Evict(uint64_t bytes);
  // Begins to evict these, as far as they may leave.
  void EvictThese(const std::vector<uint64_t>& indices);
  // Goes on with both. Returns whether there was anything.
  bool Go();
  // A write that was handed in has come to its end.
  void Written(const SpillJob& job);
  // Something is being written, or waits to be.
  bool busy() const { return writing_ != 0 || choosing(); }

 private:
  bool choosing() const { return !these_.empty() || to_choose_ != 0; }
  // The bytes that are leaving memory.
  uint64_t DoSlice();
  // The next one, by SIEVE; kNone when there is none, kLater when it is to be looked for further.
  uint64_t Choose();
  uint64_t Begin(uint64_t index, bool disk_rests);
  void HandIn();
  // Pins the object, and says where its bytes are: nowhere when it stays.
  SpillItem PinToWrite(uint64_t index);
  void Unpin(uint64_t index);
  bool MayWrite(uint64_t bytes);
  void NoteOutcome(const SpillJob& job);

  const Control control_;
  const os::Mapping* const data_;
  Sweeper* const sweeper_;
  SpillFiles* const files_;
  SpillThreads* const threads_;
  const SizeClasses classes_;
  Sieve sieve_;
  std::deque<uint64_t> these_;  // to be evicted
  uint64_t to_choose_ = 0;      // bytes of others
  std::vector<bool> chosen_;    // of those, since Evict()
  bool any_chosen_ = false;
  uint64_t looks_before_ = 0;  // of the sieve, when the last of those was chosen
  SpillJob job_;  // that is being put together
  uint64_t batch_bytes_ = 0;
  uint64_t writing_ = 0;  // objects
  uint64_t record_bytes_writing_ = 0;
  int64_t no_writing_before_ = 0;  // after trouble with the disk
};

}  // namespace atollstore

#endif  // ATOLL_SPILL_EVICTOR_H_
