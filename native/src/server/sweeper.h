// Takes away what nobody needs: the only code that frees what others have seen. Used by the server's thread
// alone.
//
// An entry is looked at when a bit of a "dropped" bitmap, or the burial of a client, names it. Freeing is two
// compare-and-swaps with a look at all holders between them (DYING, look, FREEING): that is not a snapshot,
// but whoever adds a reference or pin meanwhile puts the word back, and the second one fails.
#ifndef ATOLL_SERVER_SWEEPER_H_
#define ATOLL_SERVER_SWEEPER_H_

#include <functional>
#include <unordered_map>
#include <vector>

#include "directory/directory.h"
#include "heap/blocks.h"
#include "layout/geometry.h"
#include "os/shared_memory.h"
#include "server/orphans.h"
#include "server/slice.h"
#include "spill/spill_files.h"
#include "spill/spill_threads.h"

namespace atollstore {

class Sweeper {
 public:
  // Both live longer than this.
  Sweeper(const Control& control, const os::Mapping* data, Reserver* reserver);

  // Looks at entries named by a "dropped" bit, and at what that sets free in turn, for a slice. Returns whether there was
  // anything to look at; there may be more().
  bool Sweep();
  bool more() const {
    return !work_.empty() || !let_go_.empty() || marks_left_ || look_at_ < look_end_;
  }
  // Looks at the entry at a next Sweep().
  void Add(uint64_t index) { work_.push_back(index); }
  // The same for each entry there is.
  void LookAtAll();
  // Puts named entries of one column on the list. Returns whether it was all.
  bool Collect(uint32_t client);

  // Keeps the children of the entry alive through the server's own column, if it is a container that the client has made
  // and sealed. Returns whether that is done: a container of many takes more than one slice.
  bool TakeInOf(uint32_t client, uint64_t index, Slice* slice);
  // Takes the dead client out of the entry: its creation is undone, what it was freeing is freed, its slots are cleared,
  // its number goes. Returns whether it may have had to do with it; then the entry is looked at at a next Sweep(). May be
  // repeated. REQUIRES: every touched entry is given to this, after TakeInOf() for all of them.
  bool BuryEntry(uint32_t client, uint64_t index);
  Orphans& orphans() { return orphans_; }

  // Spilling: the records of objects that go are released here from now on, and ids on disk are read by these threads.
  void UseSpillFiles(SpillFiles* files, SpillThreads* threads) {
    files_ = files;
    threads_ = threads;
  }
  // SEALED with a place in a spill file -> SPILLED, and its block is free. Returns false when it is pinned or
  // may not leave.
  bool Evict(uint64_t index);
  // SEALED -> MOVING -> SEALED: the entry points to the block that `copy` points to, and its old one is free. Returns
  // false when somebody has pinned it, or it may not be taken from where it is. REQUIRES: the server has pinned it once,
  // and copied its bytes there since.
  bool Move(uint64_t index, const Entry& copy);
  // RESTORING -> SEALED: its bytes are in its block again.
  void Restored(uint64_t index);
  // Its bytes never will be there again: LOST, or EXPECTED when somebody is asked whether it is made again. The record goes
  // with them.
  void MarkLost(uint64_t index, atoll_lost_reason reason);
  // Spilled entries that somebody wants to have, since the last call.
  std::vector<uint64_t> TakeWanted();

  // For a server that follows one that was killed (recovery.cc).
  // Ends what was begun with the entry: it is not DYING, FREEING, RESTORING or MOVING afterwards. Its record is needed;
  // without one an object that was on disk is lost.
  void Settle(uint64_t index);
  // That was all of them: records that nobody needs go.
  void HaveSettled();
  // Knows the children of the entry again, if it is a container that was taken in, and tells `visit` each. Returns whether
  // that is done: one of many takes more than one slice, and the ids of one on disk are read by a thread. REQUIRES: it is
  // called until it is done, and nobody else takes what the spill threads have done.
  bool KnowAgain(uint64_t index, Slice* slice, const std::function<void(uint64_t child)>& visit);
  // Whether that waits for a thread.
  bool reading() const { return knowing_.reading; }

  // Since the last call: whether anything became free, and which clients should look after themselves
  // (because much became free in their extents, or containers of theirs were taken in).
  bool TakeFreed();
  std::vector<uint32_t> TakeClientsToTell();

 private:
  // The next entry to look at. Returns whether there is one.
  bool Next(uint64_t* index);
  void CollectDropped();
  // Returns whether that has come to its end.
  bool Consider(uint64_t index, Slice* slice);
  bool TakeIn(uint64_t index, Slice* slice);
  bool GoOnTakingIn(Slice* slice);
  // Undoes a creation: frees the block, back to EXPECTED. REQUIRES: the creator is dead.
  void UndoCreation(uint64_t index);
  // Hands in the read of a spilled container's ids. False when there cannot be so many.
  bool ReadIds(uint64_t index);
  // Whether it has come to its end; then the ids are in `knowing_`, or the object is lost.
  bool HaveReadIds();
  // Where the ids lie, null when the entry points outside the store.
  const uint8_t* IdsOf(uint64_t index, uint64_t count) const;
  // The entry that the id names, kNone when that is not alive.
  static constexpr uint64_t kNone = UINT64_MAX;
  uint64_t LiveOne(const uint8_t* id) const;
  // Whether anybody refers to the entry, and how many pins there are. `word` is one that was read, or made, before.
  bool Referenced(uint64_t index, Word word, uint64_t* pins) const;
  // Tells a client that it alone refers to the entry.
  void TellWhoIsAlone(uint64_t index, Word word) const;
  // Before a word that does not say who made the object: from then on the holders do.
  void NameMaker(uint64_t index, Word word);
  // What its dead creator alone could free is the server's to free from now on; what it had begun to free is
  // freed.
  void Inherit(uint32_t client, uint64_t index);
  void AnswerForTheDead(uint32_t client, uint64_t index);
  void ForgetChildren(uint64_t index);
  void LetGoOfChild();
  void ReleaseRecord(Entry& entry);
  void EndMove(uint64_t index);
  void SettleMove(uint64_t index, Word word);
  void Free(uint64_t index, Word word, bool referenced);
  void FreedBlock(uint64_t block, uint64_t bytes);

  const Control control_;
  const os::Mapping* const data_;
  Orphans orphans_;
  std::vector<uint64_t> work_;
  std::vector<std::vector<uint64_t>> let_go_;  // children of containers that are gone, none of them empty
  std::unordered_map<uint64_t, std::vector<uint64_t>> children_;  // of containers taken in
  // The container that is being taken in.
  struct Taking {
    uint64_t index = kNone, generation = 0;
    uint64_t count = 0, next = 0;  // of its ids
    std::vector<uint64_t> children;
  } taking_;
  // The container of the last life whose children are being found.
  struct Knowing {
    uint64_t index = kNone, count = 0, next = 0;
    bool reading = false, on_disk = false;
    std::vector<uint8_t> ids;  // of one on disk
    std::vector<uint64_t> children;
  } knowing_;
  bool marks_left_ = false;                // in dropped bitmaps
  uint64_t look_at_ = 0, look_end_ = 0;    // what is left of LookAtAll()
  std::vector<uint64_t> freed_bytes_of_;  // per client, since it was last told
  std::vector<uint32_t> to_tell_;
  std::vector<uint64_t> wanted_;
  SpillFiles* files_ = nullptr;
  SpillThreads* threads_ = nullptr;
  bool freed_ = false;
};

}  // namespace atollstore

#endif  // ATOLL_SERVER_SWEEPER_H_
