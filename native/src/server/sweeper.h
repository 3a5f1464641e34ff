// Takes away what nobody needs: the only code that frees what others have seen. Used by the server's thread
// alone.
//
// An entry is looked at when a bit of a "dropped" bitmap, or the burial of a client, names it. Freeing is two
// compare-and-swaps with a look at all holders between them (DYING, look, FREEING): that is not a snapshot,
// but whoever adds a reference or pin meanwhile puts the word back, and the second one fails.
#ifndef ATOLL_SERVER_SWEEPER_H_
#define ATOLL_SERVER_SWEEPER_H_

#include <unordered_map>
#include <vector>

#include "directory/directory.h"
#include "heap/blocks.h"
#include "layout/geometry.h"
#include "os/shared_memory.h"
#include "server/reserver.h"
#include "spill/spill_files.h"

namespace atollstore {

class Sweeper {
 public:
  // Both live longer than this.
  Sweeper(const Control& control, const os::Mapping* data, Reserver* reserver);

  // Looks at entries named by a "dropped" bit, and at what that sets free in turn, for about 1 ms. Returns how many it
  // has looked at; there may be more().
  uint64_t Sweep();
  bool more() const { return !work_.empty() || !let_go_.empty(); }
  // The same until there is nothing left to look at.
  void SweepAll();
  // Looks at the entry at the next Sweep().
  void Add(uint64_t index) { work_.push_back(index); }
  // Puts all named entries of one column on the list.
  uint64_t Collect(uint32_t client);

  // Keeps the children of a sealed container alive through the server's own column.
  void TakeIn(uint64_t index);
  // Takes the dead client out of the entry: its creation is undone, its container taken in, what it was freeing is
  // freed, its slots are cleared, its number goes. Returns whether it may have had to do with it; then the entry is
  // looked at at the next Sweep(). May be repeated. REQUIRES: every touched entry is given to this.
  bool BuryEntry(uint32_t client, uint64_t index);
  // Takes over the extents of a dead client: those without blocks are opened at once, the others with their
  // last block. REQUIRES: its creations are undone.
  void TakeOverExtents(uint32_t client);

  // Spilling: the records of objects that go are released here from now on.
  void UseSpillFiles(SpillFiles* files) { files_ = files; }
  // SEALED with a place in a spill file -> SPILLED, and its block is free. Returns false when it is pinned or
  // may not leave.
  bool Evict(uint64_t index);
  // RESTORING -> SEALED: its bytes are in its block again.
  void Restored(uint64_t index);
  // RESTORING -> LOST: they never will be. The record goes with it.
  void MarkLost(uint64_t index, atoll_lost_reason reason);
  // Spilled entries that somebody wants to have, since the last call.
  std::vector<uint64_t> TakeWanted();

  // For a server that follows one that was killed (recovery.cc).
  // Ends what was begun: no entry is DYING, FREEING or RESTORING afterwards.
  void SettleEntries();
  // Tells the spill files which records are needed. An object whose record cannot be had is lost.
  void FindSpilled();
  // Makes the server's column hold what containers that were taken in and the named entries call for.
  void CountReferences(const std::vector<uint64_t>& named);
  void AddAll();

  // Since the last call: whether anything became free, and which clients should look after themselves
  // (because much became free in their extents, or containers of theirs were taken in).
  bool TakeFreed();
  std::vector<uint32_t> TakeClientsToTell();

 private:
  void Consider(uint64_t index);
  // Undoes a creation: frees the block, back to EXPECTED. REQUIRES: the creator is dead.
  void UndoCreation(uint64_t index);
  // The live entries that a container's ids name. Of a spilled one too; false when its record is damaged.
  std::vector<uint64_t> ChildrenOf(const Entry& entry) const;
  bool ChildrenOfSpilled(const Entry& entry, std::vector<uint64_t>* children) const;
  std::vector<uint64_t> LiveOnes(const uint8_t* ids, uint64_t count) const;
  // Whether anybody refers to the entry, and how many pins there are. `word` is one that was read, or made, before.
  bool Referenced(uint64_t index, Word word, uint64_t* pins) const;
  // Tells a client that it alone refers to the entry.
  void TellWhoIsAlone(uint64_t index, Word word) const;
  // Before a word that does not say who made the object: from then on the holders do.
  void NameMaker(uint64_t index, Word word);
  // What its dead creator alone could free is the server's to free from now on; what it had begun to free is
  // freed.
  void Inherit(uint64_t index);
  void ForgetChildren(uint64_t index);
  void LetGoOfChild();
  void ReleaseRecord(Entry& entry);
  void Free(uint64_t index, Word word, bool referenced);
  void FreedBlock(uint64_t block, uint64_t slab, uint64_t bytes);
  void OpenExtent(uint64_t extent);

  const Control control_;
  const os::Mapping* const data_;
  Reserver* const reserver_;
  const SizeClasses classes_;
  std::vector<uint64_t> work_;
  std::vector<std::vector<uint64_t>> let_go_;  // children of containers that are gone, none of them empty
  std::unordered_map<uint64_t, std::vector<uint64_t>> children_;  // of containers taken in
  // Blocks in extents of the dead: a bit for each that begins in an extent, how many extents it takes when
  // that is more than one (by its number), and how many lie in an extent.
  std::unordered_map<uint64_t, std::vector<bool>> orphan_blocks_;
  std::unordered_map<uint64_t, uint64_t> orphan_runs_;
  std::vector<uint32_t> orphan_live_;
  std::vector<uint64_t> freed_bytes_of_;  // per client, since it was last told
  std::vector<uint32_t> to_tell_;
  std::vector<uint64_t> wanted_;
  SpillFiles* files_ = nullptr;
  bool freed_ = false;
};

}  // namespace atollstore

#endif  // ATOLL_SERVER_SWEEPER_H_
