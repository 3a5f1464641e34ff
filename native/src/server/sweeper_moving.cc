// Where an object lies changes in the steps of model/moving.pml: its block is the new one; the old one is
// free; its offset is the new one. So until the last of them the offset tells of the old block, and who ends
// this after a kill frees it.
#include "layout/location.h"
#include "server/sweeper.h"

namespace atollstore {

bool Sweeper::Move(uint64_t index, const Entry& copy) {
  Entry& entry = control_.entry(index);
  uint64_t bits = entry.word.load(std::memory_order_seq_cst);
  const Word word(bits);
  const uint64_t block = entry.block.load(std::memory_order_relaxed);
  if (word.state() != State::kSealed || word.has(Word::kDeleted)) return false;
  if (block == 0 || block > control_.geometry().slabs() * kWordsPerSlab) return false;
  const Word dying = word.Dying();
  if (!entry.word.compare_exchange_strong(bits, dying.bits(), std::memory_order_seq_cst)) return false;
  uint64_t pins;
  (void)Referenced(index, word, &pins);
  bits = dying.bits();
  // The server's own pin is one.
  const Word next = pins != 1 ? word : dying.Without(Word::kBeforeMask).As(State::kMoving);
  if (!entry.word.compare_exchange_strong(bits, next.bits(), std::memory_order_seq_cst)) {
    Add(index);  // somebody has put it back already, or set a flag: the next look puts it back
    return false;
  }
  if (pins != 1) return false;
  // Who has a pin from here on waits until the word says SEALED, and only then reads where it is.
  entry.block.store(copy.block.load(std::memory_order_relaxed), std::memory_order_seq_cst);
  if (FreeBlockWord(control_, block, ObjectId(0, index, word.generation()).place))
    FreedBlock(block, entry.size.load(std::memory_order_relaxed));
  entry.location.store(copy.location.load(std::memory_order_relaxed), std::memory_order_seq_cst);
  EndMove(index);
  freed_ = true;
  return true;
}

void Sweeper::EndMove(uint64_t index) {
  Entry& entry = control_.entry(index);
  uint64_t bits = entry.word.load(std::memory_order_relaxed);
  // seq_cst; pairs with the second look at the word after a pin: who sees SEALED sees the new offset.
  while (!entry.word.compare_exchange_weak(bits, Word(bits).As(State::kSealed).Without(Word::kWaited).bits(),
                                           std::memory_order_seq_cst)) {
  }
  if (Word(bits).has(Word::kWaited)) RingWaiters(control_, index);
}

// Killed within a move. The block that the entry points to is the object's, the other one that names it goes:
// the old one here, a new one with its extent.
void Sweeper::SettleMove(uint64_t index, Word word) {
  Entry& entry = control_.entry(index);
  const Location::Bound bound = Location::BoundOf(entry, ObjectId(0, index, word.generation()).place);
  const uint64_t bytes = ObjectBytes(bound.size, bound.contained), capacity = control_.geometry().capacity();
  if (bound.block - 1 < control_.geometry().slabs() * kWordsPerSlab && bound.size <= capacity &&
      bytes <= capacity) {
    const SizeClasses classes(control_.geometry().slabs_per_extent());
    const uint64_t offset = BlockOffset(classes, bound.block, bytes);
    const uint64_t old = Location(entry.location.load(std::memory_order_relaxed)).offset();
    if (old != offset) (void)FreeBlockAt(control_, classes, old, bytes, bound.place, bound.block);
    entry.location.store(Location::Of(offset, bound).bits(), std::memory_order_seq_cst);
  }
  EndMove(index);
}

}  // namespace atollstore
