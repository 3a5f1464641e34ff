#include "client/creations.h"

#include "directory/holders.h"
#include "heap/client_heap.h"

namespace atollstore {

Status NotFound(const Control& control, ObjectId id) {
  const uint64_t store = control.header().store.load(std::memory_order_relaxed);
  if (id.store != store)
    return Status::Error(ATOLL_NOT_FOUND, "object of store %016lx, this is store %016lx", id.store, store);
  return Status::Error(ATOLL_NOT_FOUND, "object %lu.%lu: freed, or never made", id.index(), id.generation());
}

Status Lost(const Control& control, ObjectId id) {
  // Deleted ones are lost before their word says so.
  const Word word(control.entry(id.index()).word.load(std::memory_order_relaxed));
  const uint32_t reason = word.state() == State::kLost ? word.reason() : uint32_t{ATOLL_LOST_DELETED};
  return Status::Error(ATOLL_LOST, "object %lu.%lu: %s", id.index(), id.generation(),
                       reason == ATOLL_LOST_DAMAGED      ? "its spill file is damaged"
                       : reason == ATOLL_LOST_UNREADABLE ? "its spill file cannot be read"
                                                         : "deleted");
}

Status Creations::NotCreating(ObjectId id, Word word, const char* what) const {
  if (Mine(word, id) && word.state() == State::kChanging) {
    return Status::Error(ATOLL_NOT_CREATING,
                         "%s of object %lu.%lu: another thread is ending it, or changes its size", what,
                         id.index(), id.generation());
  }
  return Status::Error(ATOLL_NOT_CREATING, "%s of object %lu.%lu, which client %u is not creating", what,
                       id.index(), id.generation(), me_);
}

Status Creations::Begin(ObjectId id, Known known, bool holds_ids) const {
  Entry& entry = control_.entry(id.index());
  // Before the word names this client: its burial looks there.
  control_.touched(me_).Set(id.index() / kEntriesPerBlock);
  const State begun = known == Known::kNobody ? State::kCreating : State::kChanging;
  for (uint64_t bits = entry.word.load(std::memory_order_acquire);;) {
    const Word word(bits);
    if (word.generation() != id.generation()) return NotFound(control_, id);
    if (word.has(Word::kDeleted)) return Lost(control_, id);
    switch (word.state()) {
      case State::kDying:
        if (entry.word.compare_exchange_weak(bits, word.Revived().bits(), std::memory_order_seq_cst))
          bits = word.Revived().bits();
        continue;
      case State::kFree:
      case State::kFreeing:
        return NotFound(control_, id);
      case State::kLost:
        return Lost(control_, id);
      case State::kExpected:
        break;
      default:
        return Status::Error(ATOLL_ALREADY_EXISTS, "object %lu.%lu: %s already", id.index(), id.generation(),
                             word.being_created() ? "being created" : "sealed");
    }
    // Who has expected it, and gave up making it or never told anybody, stays a holder.
    if (word.owner() != 0 && word.owner() != me_) Holders::Add(control_, id.index(), word.owner());
    const Word mine = word.With(holds_ids ? Word::kHasRefs : 0).As(begun).OwnedBy(me_);
    if (entry.word.compare_exchange_weak(bits, mine.bits(), std::memory_order_acq_rel)) return {};
  }
}

Status Creations::Take(ObjectId id, const char* what) const {
  Entry& entry = control_.entry(id.index());
  for (uint64_t bits = entry.word.load(std::memory_order_acquire);;) {
    const Word word(bits);
    // Without a block its create has not come back yet, and the id was guessed.
    if (!Mine(word, id) || word.state() != State::kCreating || entry.block.load(std::memory_order_relaxed) == 0)
      return NotCreating(id, word, what);
    // acquire; pairs with PutBack() of whoever had it before: what that wrote into the entry is seen here.
    if (entry.word.compare_exchange_weak(bits, word.As(State::kChanging).bits(), std::memory_order_acq_rel))
      return {};
  }
}

void Creations::PutBack(uint64_t index) const {
  Entry& entry = control_.entry(index);
  uint64_t bits = entry.word.load(std::memory_order_relaxed);
  // release; pairs with the acquires in Take() and Seal(). Others may set flags meanwhile, but not the state.
  while (!entry.word.compare_exchange_weak(bits, Word(bits).As(State::kCreating).bits(),
                                           std::memory_order_acq_rel)) {
  }
}

// Kept until who waits has been rung: somebody else may have the only reference, and the entry names who
// waits only until it is freed.
void Creations::KeepForWaiters(uint64_t index, Word word, bool* pinned) const {
  if (!word.has(Word::kWaited) || *pinned) return;
  control_.pins(me_)[index].fetch_add(1, std::memory_order_seq_cst);
  *pinned = true;
}

Status Creations::Seal(ObjectId id, Word* before, bool* pinned) const {
  Entry& entry = control_.entry(id.index());
  uint64_t bits = entry.word.load(std::memory_order_acquire);
  for (;;) {
    const Word word(bits);
    // With HAS_REFS it was given up and begun anew since the caller looked: that is another creation. Without
    // a block its create has not come back yet, and the id was guessed.
    if (!Mine(word, id) || word.state() != State::kCreating || word.has(Word::kHasRefs) ||
        entry.block.load(std::memory_order_relaxed) == 0) {
      return NotCreating(id, word, "seal");
    }
    if (entry.contained.load(std::memory_order_relaxed) != 0) {
      return Status::Error(ATOLL_CORRUPT, "object %lu.%lu: its entry tells of ids that nobody has promised", id.index(),
                           id.generation());
    }
    KeepForWaiters(id.index(), word, pinned);
    // release; pairs with the loads in Pin(): who sees SEALED sees the bytes.
    const Word sealed = word.As(State::kSealed).Without(Word::kWaited);
    if (entry.word.compare_exchange_weak(bits, sealed.bits(), std::memory_order_seq_cst)) break;
  }
  *before = Word(bits);
  return {};
}

Word Creations::SealTaken(uint64_t index, bool* pinned) const {
  Entry& entry = control_.entry(index);
  uint64_t bits = entry.word.load(std::memory_order_relaxed);
  do {
    KeepForWaiters(index, Word(bits), pinned);
    // release, as in Seal().
  } while (!entry.word.compare_exchange_weak(
      bits, Word(bits).As(State::kSealed).Without(Word::kWaited).bits(), std::memory_order_seq_cst));
  return Word(bits);
}

// The block goes first: its word names the entry, so that a second freeing, after a death in between, finds
// another value and does nothing.
Word Creations::Undo(uint64_t index, uint64_t place) const {
  Entry& entry = control_.entry(index);
  FreeBlock(control_, entry, place);
  Holders::Add(control_, index, me_);  // before the word no longer says so
  uint64_t bits = entry.word.load(std::memory_order_relaxed);
  while (!entry.word.compare_exchange_weak(
      bits, Word(bits).Without(Word::kHasRefs).As(State::kExpected).OwnedBy(0).bits(),
      std::memory_order_seq_cst)) {
  }
  return Word(bits);
}

}  // namespace atollstore
