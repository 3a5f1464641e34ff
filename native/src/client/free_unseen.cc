#include "client/free_unseen.h"

#include "directory/entry_pool.h"
#include "directory/holders.h"
#include "heap/blocks.h"

namespace atollstore {
namespace {

// What the server has moved, or taken over with its extent, is in the server's books. No extent changes hands
// while this client frees (ClientHeap::HandOver).
bool LiesWith(const Control& control, uint32_t me, const Entry& entry) {
  const Geometry& g = control.geometry();
  const uint64_t block = entry.block.load(std::memory_order_relaxed);
  if (block == 0 || block > g.slabs() * kWordsPerSlab) return false;
  const uint64_t extent = (block - 1) / kWordsPerSlab / g.slabs_per_extent();
  return (control.extent(extent).load(std::memory_order_acquire) & kExtentOwnerMask) == me;
}

}  // namespace

// As Sweeper::Consider(), but for the slots that are looked at: nobody else has entered, so there are this
// client's and the server's. Who comes meanwhile is found in the holders between the two CASes, or finds
// DYING and puts it back, and the second one fails. Killed here, the burial puts DYING back, or finishes
// FREEING.
Unseen FreeUnseen(const Control& control, uint32_t me, uint64_t index) {
  Entry& entry = control.entry(index);
  const u32& references = control.references(me)[index];
  const u32& pins = control.pins(me)[index];
  const u32& kept = control.references(kServer)[index];  // by containers and names
  const u32& spilling = control.pins(kServer)[index];
  for (;;) {
    uint64_t bits = entry.word.load(std::memory_order_seq_cst);
    const Word word(bits);
    // What holds ids of others is in the server's books too.
    if (word.state() != State::kSealed || word.owner() != me || word.has(Word::kHasRefs))
      return Unseen::kServer;
    if (references.load(std::memory_order_seq_cst) != 0) {
      // Deleted, it is LOST to those who refer to it. Else the last reference comes back here.
      return word.has(Word::kDeleted) ? Unseen::kServer : Unseen::kHeld;
    }
    const Word dying = word.Dying().With(Word::kByCreator);
    if (!entry.word.compare_exchange_strong(bits, dying.bits(), std::memory_order_seq_cst)) continue;
    bits = dying.bits();
    const bool referenced = references.load(std::memory_order_seq_cst) != 0;
    const bool pinned = pins.load(std::memory_order_seq_cst) != 0;
    // What is on disk is in the server's books too. Its pin first: the place is noted under it.
    const bool shared = Holders(entry).NameOther(me) || kept.load(std::memory_order_seq_cst) != 0 ||
                        spilling.load(std::memory_order_seq_cst) != 0 ||
                        entry.spill.load(std::memory_order_seq_cst) != 0 || !LiesWith(control, me, entry);
    if (shared) {
      // When this fails somebody has put it back already, or set a flag: the server puts it back.
      entry.word.compare_exchange_strong(bits, dying.Revived().bits(), std::memory_order_seq_cst);
      return Unseen::kServer;
    }
    if (!referenced && !pinned) {
      const Word freeing = dying.Without(Word::kBeforeMask).As(State::kFreeing);
      if (!entry.word.compare_exchange_strong(bits, freeing.bits(), std::memory_order_seq_cst))
        return Unseen::kServer;
      (void)FreeBlock(control, entry, ObjectId(0, index, word.generation()).place);
      Holders::Clear(control, index);
      // Both as in Sweeper::Free(); seq_cst, for who waits for an entry says so before it looks.
      entry.word.store(Word::Of(word.generation(), 0, State::kFree).bits(), std::memory_order_seq_cst);
      MarkFreedEntry(control, index / kEntriesPerBlock);
      return Unseen::kFreed;
    }
    const bool doom = !referenced && !word.has(Word::kDoomed);
    const Word back = doom ? dying.Revived().With(Word::kDoomed) : dying.Revived();
    if (!entry.word.compare_exchange_strong(bits, back.bits(), std::memory_order_seq_cst))
      return Unseen::kServer;
    // DOOMED and then a second look, as there.
    if (!doom) return Unseen::kHeld;
  }
}

}  // namespace atollstore
