#include "client/free_unseen.h"

#include "heap/client_heap.h"

namespace atollstore {

// As Sweeper::Consider(), but for the columns that are scanned: SHARED is not set, so there is one. Whoever
// comes meanwhile puts DYING back or sets a flag, and the second CAS fails. Killed here, the burial puts
// DYING back, or finishes FREEING.
Unseen FreeUnseen(const Control& control, uint32_t me, uint64_t index) {
  Entry& entry = control.entry(index);
  const u32& references = control.references(me)[index];
  const u32& pins = control.pins(me)[index];
  for (;;) {
    uint64_t bits = entry.word.load(std::memory_order_seq_cst);
    const Word word(bits);
    // What holds ids of others is in the server's books too.
    if (word.state() != State::kSealed || !word.OnlyOf(me) || word.has(Word::kHasRefs))
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
    if (!referenced && !pinned) {
      const Word freeing = dying.Without(Word::kBeforeMask).As(State::kFreeing);
      if (!entry.word.compare_exchange_strong(bits, freeing.bits(), std::memory_order_seq_cst))
        return Unseen::kServer;
      (void)FreeBlock(control, entry, ObjectId(0, index, word.generation()).place);
      // Both as in Sweeper::Free(); seq_cst, for who waits for an entry says so before it looks.
      entry.word.store(Word::Of(word.generation(), 0, State::kFree).bits(), std::memory_order_seq_cst);
      control.entry_block(index / kEntriesPerBlock).freed.fetch_add(1, std::memory_order_seq_cst);
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
