// Brings spilled objects back when somebody gets them: SPILLED -> RESTORING; a block of the server's own; has
// the record read and checked; -> SEALED, or LOST when it cannot be had. Without room a restore waits, and
// others are evicted for it. Those that only somebody's unpin can make room for are set aside: the largest of
// them has what is kept for it, and all of them what is free besides. The server's thread alone.
#ifndef ATOLL_SPILL_RESTORER_H_
#define ATOLL_SPILL_RESTORER_H_

#include <deque>
#include <optional>
#include <unordered_set>

#include "os/shared_memory.h"
#include "server/reserver.h"
#include "server/server_heap.h"
#include "server/sweeper.h"
#include "spill/spill_threads.h"

namespace atollstore {

class Restorer {
 public:
  // `heap` is for what is read back; it is open, and lives longer than this and than `threads`.
  Restorer(const Control& control, const os::Mapping* data, ServerHeap* heap, Sweeper* sweeper, SpillThreads* threads,
           Reserver* reserver)
      : control_(control), data_(data), heap_(heap), sweeper_(sweeper), threads_(threads), reserver_(reserver) {}

  // The entry is SPILLED and pinned by a getter.
  void Restore(uint64_t index);
  // Begins with the next ones that wait, as many as are read together. Returns false when there is none, or no room for the
  // first.
  bool Next();
  // The same with the one for which extents are being backed: its turn has come, and it needs nobody's room.
  bool GoOn() { return backing() && Next(); }
  // Nothing that may be taken away makes room for so many bytes: those that need as much go aside.
  void SetAside(uint64_t bytes);
  // Begins with what has been set aside and has room by now: with the largest alone, or with all others. Returns
  // whether there was one, or one that nobody wants any more.
  bool NextAside(bool largest);
  // A read, or a check, that was handed in has come to its end.
  void HaveRead(const SpillJob& job);
  void HaveChecked(const SpillJob& job);
  // A client has read the object's record and found it bad: if that is so, the object is lost.
  void Check(uint64_t index, uint64_t generation);

  // What restores that wait for room need: all would fit into so many runs of extents, each for so many
  // bytes.
  struct Wanted {
    uint64_t bytes = 0, runs = 0;
  };
  Wanted wanted() const;
  // The largest of those that were set aside.
  Wanted wanted_aside() const { return aside_.empty() ? Wanted{} : Wanted{aside_.front().bytes, 1}; }
  // Extents for the first of them are being backed with memory.
  bool backing() const { return leased_.count != 0; }

 private:
  struct Waiting {
    uint64_t index, bytes;
  };
  // Whether somebody waits for it still.
  bool IsWanted(uint64_t index, Word word) const;
  // Adds it to the job; hands the job in when there is enough in it.
  bool TryRestore(uint64_t index, SpillJob* job);
  void HandIn(SpillJob* job);
  bool Grow(uint64_t bytes);
  bool HasPages();
  static void BackToDisk(Entry& entry);
  static atoll_lost_reason ReasonOf(const Status& outcome);
  void HaveRead(const SpillItem& item);

  const Control control_;
  const os::Mapping* const data_;
  ServerHeap* const heap_;
  Sweeper* const sweeper_;
  SpillThreads* const threads_;
  Reserver* const reserver_;
  std::deque<Waiting> to_restore_;        // entries that wait for room
  std::deque<Waiting> aside_;             // the same until somebody unpins, the largest first
  size_t aside_at_ = 0;                   // which of them is looked at next
  Run leased_;                            // for the first of them, and being backed
  std::unordered_set<uint64_t> known_;    // those in to_restore_ and aside_
  std::unordered_set<uint64_t> checking_;  // entries whose records are being looked at for Check()
  mutable std::optional<Wanted> wanted_;  // until to_restore_ or leased_ changes
};

}  // namespace atollstore

#endif  // ATOLL_SPILL_RESTORER_H_
