// Takes objects out of memory into spill files when room is short, and brings them back when somebody gets
// them. Belongs to the server's thread, which alone changes words; only the reading and writing of files is
// done beside it.
//
//   evict:    pin in the server's column; write and sync the file while the object stays readable; note the
//   place;
//             unpin; SEALED -> DYING, scan, -> SPILLED; free the block. A place once noted is kept until the
//             object goes, so evicting it a second time writes nothing.
//   restore:  SPILLED -> RESTORING; a block of the server's own; read and check; -> SEALED, or LOST when the
//   record
//             cannot be had. Without room the restore waits, and others are evicted for it.
#ifndef ATOLL_SPILL_SPILLER_H_
#define ATOLL_SPILL_SPILLER_H_

#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <vector>

#include "heap/client_heap.h"
#include "os/shared_memory.h"
#include "server/sweeper.h"
#include "spill/sieve.h"
#include "spill/spill_files.h"
#include "spill/spill_threads.h"

namespace atollstore {

class Spiller {
 public:
  // `heap` is for what is read back, through `window`. `reserve` backs an extent with memory, false when that
  // cannot be.
  Spiller(const Control& control, const os::Mapping* data, std::unique_ptr<os::Mapping> window,
          std::unique_ptr<ClientHeap> heap, Sweeper* sweeper, std::unique_ptr<SpillFiles> files, int wake_fd,
          std::function<bool(uint64_t extent)> reserve);

  // Jobs from now on are done by a thread.
  Status Start() { return threads_.Start(); }

  // Begins to evict about so many bytes, by SIEVE. Returns the bytes that are leaving memory: 0 when nothing
  // may.
  uint64_t Evict(uint64_t bytes);
  // Begins to evict all that lies in the run of so many extents where that costs least. The same result.
  uint64_t EvictRun(uint64_t extents);
  // The entry is SPILLED and pinned by a getter.
  void Restore(uint64_t index);
  // A client has read the object's record and found it bad: if that is so, the object is lost.
  void Check(uint64_t index, uint64_t generation);
  // Goes on with what has been read and written, and, if it may, with what waits for room. Returns whether
  // anything moved.
  bool Poll(bool may_restore);

  int lock() const { return files_->directory().lock(); }
  // Something is being written, or waits to be.
  bool evicting() const { return writing_ != 0; }
  // What restores that wait for room need: all would fit into so many runs of extents, each for so many
  // bytes.
  struct Wanted {
    uint64_t bytes = 0, runs = 0;
  };
  Wanted wanted() const;
  // Gives back the extents that the server holds without use. Returns the bytes.
  uint64_t GiveBack() { return heap_->GiveBack(0); }

 private:
  uint64_t Begin(const std::vector<uint64_t>& indices);
  void Written(const SpillJob& job);
  bool TryRestore(uint64_t index);
  bool Allocate(Entry& entry, uint64_t bytes, uint64_t place);
  void HaveRead(const SpillJob& job);
  static void BackToDisk(Entry& entry);
  static atoll_lost_reason ReasonOf(const SpillJob& job);
  void HaveChecked(const SpillJob& job);
  const uint8_t* PinToWrite(uint64_t index);
  bool MayWrite(uint64_t bytes);
  void NoteOutcome(const SpillJob& job);
  bool Pinned(uint64_t index) const;
  void Unpin(uint64_t index);
  SpillItem ItemOf(uint64_t index) const;

  const Control control_;
  const os::Mapping* const data_;
  Sweeper* const sweeper_;
  const std::function<bool(uint64_t)> reserve_;
  const std::unique_ptr<SpillFiles> files_;
  const SizeClasses classes_;
  const std::unique_ptr<os::Mapping> window_;
  const std::unique_ptr<ClientHeap> heap_;
  Sieve sieve_;
  uint64_t writing_ = 0;  // objects
  uint64_t record_bytes_writing_ = 0;
  int64_t no_writing_before_ = 0;    // after trouble with the disk
  std::deque<uint64_t> to_restore_;  // entries that wait for room
  std::set<uint64_t> known_;         // those in to_restore_
  std::set<uint64_t> checking_;      // entries whose records are being looked at for Check()
  SpillThreads threads_;
};

}  // namespace atollstore

#endif  // ATOLL_SPILL_SPILLER_H_
