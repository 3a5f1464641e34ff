#include "server/sweeper.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "directory/entry_pool.h"
#include "layout/location.h"

namespace atollstore {

Sweeper::Sweeper(const Control& control, const os::Mapping* data, Reserver* reserver)
    : control_(control),
      data_(data),
      orphans_(control, reserver),
      freed_bytes_of_(control.geometry().columns()) {}

bool Sweeper::Collect(uint32_t client) {
  constexpr uint64_t kMostAtOnce = 16384;
  const uint64_t taken = control_.dropped(client).Take([this, left = kMostAtOnce](uint64_t index) mutable {
    work_.push_back(index);
    return --left > 0;
  });
  return taken < kMostAtOnce;
}

void Sweeper::CollectDropped() {
  std::vector<uint64_t> again;
  control_.droppers().Take([&](uint64_t client) {
    if (control_.HasClient(client) && !Collect(static_cast<uint32_t>(client))) again.push_back(client);
    return true;
  });
  marks_left_ = !again.empty();
  for (const uint64_t client : again) control_.droppers().Set(client);
}

void Sweeper::LookAtAll() {
  look_at_ = 0;
  look_end_ = control_.entries_high();
}

// Freeing a container adds its children to the list; a list and not recursion, however deep they nest.
bool Sweeper::Next(uint64_t* index) {
  if (work_.empty() && !let_go_.empty()) LetGoOfChild();
  if (work_.empty() && marks_left_) CollectDropped();
  if (work_.empty()) {
    if (look_at_ == look_end_) return false;
    *index = look_at_++;
    return true;
  }
  *index = work_.back();
  work_.pop_back();
  return true;
}

bool Sweeper::Sweep() {
  Slice slice;
  if (!marks_left_) CollectDropped();
  bool any = false;
  for (uint64_t index; !slice.Over() && Next(&index);) {
    any = true;
    if (Consider(index, &slice)) continue;
    work_.push_back(index);
    break;
  }
  return any;
}

// Of a container that is gone.
void Sweeper::LetGoOfChild() {
  std::vector<uint64_t>& children = let_go_.back();
  const uint64_t child = children.back();
  children.pop_back();
  if (children.empty()) let_go_.pop_back();
  control_.references(kServer)[child].fetch_sub(1, std::memory_order_seq_cst);
  work_.push_back(child);
}

bool Sweeper::Referenced(uint64_t index, Word word, uint64_t* pins) const {
  bool referenced = false;
  *pins = 0;
  const auto look = [&](uint32_t client) {
    referenced = referenced || control_.references(client)[index].load(std::memory_order_seq_cst) != 0;
    *pins += control_.pins(client)[index].load(std::memory_order_seq_cst);
  };
  look(kServer);
  Holders::Each(control_, index, word, look);
  return referenced;
}

void Sweeper::TellWhoIsAlone(uint64_t index, Word word) const {
  if (control_.references(kServer)[index].load(std::memory_order_seq_cst) != 0) return;
  uint32_t count = 0, who = 0;
  Holders::Each(control_, index, word, [&](uint32_t client) {
    if (control_.references(client)[index].load(std::memory_order_seq_cst) == 0) return;
    ++count;
    who = client;
  });
  if (count == 1) TellAlone(control_, who, index);
}

bool Sweeper::Consider(uint64_t index, Slice* slice) {
  Entry& entry = control_.entry(index);
  for (;;) {
    uint64_t bits = entry.word.load(std::memory_order_seq_cst);
    const Word word(bits);
    if (word.state() == State::kDying) {  // somebody set a flag while this had it: put it back
      entry.word.compare_exchange_strong(bits, word.Revived().bits(), std::memory_order_seq_cst);
      continue;
    }
    if (word.being_created()) {
      // Its creator looks at the flag when it seals or gives up, and at that of a deleted one when it is
      // rung.
      if (!word.has(Word::kDoomed) && !entry.word.compare_exchange_strong(
                                          bits, word.With(Word::kDoomed).bits(), std::memory_order_seq_cst)) {
        continue;
      }
      if (word.has(Word::kDeleted) && control_.HasClient(word.owner())) RingWishes(control_, word.owner());
      return true;
    }
    if (!word.CanDie()) return true;
    if (word.state() == State::kSealed && word.has(Word::kHasRefs) && !word.has(Word::kTaken)) {
      if (!TakeIn(index, slice)) return false;
      continue;
    }
    uint64_t pins;
    if (word.state() == State::kSpilled && !word.has(Word::kDeleted)) {
      (void)Referenced(index, word, &pins);
      if (pins != 0) {  // a getter waits for it
        wanted_.push_back(index);
        return true;
      }
    }
    // A reference seen here is dropped after the bit that brought us was taken: its bit brings us again.
    if (!word.has(Word::kDeleted) && Referenced(index, word, &pins)) {
      if (word.has(Word::kTellAlone)) TellWhoIsAlone(index, word);
      return true;
    }

    const Word dying = word.Dying();
    if (!entry.word.compare_exchange_strong(bits, dying.bits(), std::memory_order_seq_cst)) continue;
    const bool referenced = Referenced(index, word, &pins);
    const bool unwanted = !referenced || word.has(Word::kDeleted);
    bits = dying.bits();
    if (unwanted && pins == 0) {
      // Deleted but referenced: LOST at once, so that no holder of a reference ever finds it gone.
      if (referenced) NameMaker(index, word);
      const Word next = referenced ? Word::LostBecause(word.generation(), ATOLL_LOST_DELETED)
                                   : dying.Without(Word::kBeforeMask).As(State::kFreeing);
      if (!entry.word.compare_exchange_strong(bits, next.bits(), std::memory_order_seq_cst)) {
        continue;  // somebody put it back; look again, it may have been a pin that left no trace
      }
      Free(index, word, referenced);
      return true;
    }
    const bool doom = unwanted && !word.has(Word::kDoomed);
    const Word back = doom ? dying.Revived().With(Word::kDoomed) : dying.Revived();
    const bool ours = entry.word.compare_exchange_strong(bits, back.bits(), std::memory_order_seq_cst);
    // DOOMED and then a second scan: a release before the flag was set is seen by the scan, one after it sees
    // it.
    if (unwanted && (doom || !ours)) continue;
    return true;
  }
}

void Sweeper::NameMaker(uint64_t index, Word word) {
  if (word.maker() != kServer && control_.HasClient(word.maker()))
    Holders::Add(control_, index, word.maker());
}

void Sweeper::Free(uint64_t index, Word word, bool referenced) {
  Entry& entry = control_.entry(index);
  const uint64_t block = FreeBlock(control_, entry, ObjectId(0, index, word.generation()).place);
  if (block != 0) FreedBlock(block, entry.size.load(std::memory_order_relaxed));
  freed_ = true;
  control_.header().served.freed.fetch_add(1, std::memory_order_relaxed);
  ReleaseRecord(entry);
  ForgetChildren(index);
  // While it still says who may wait: they find that it is gone, or lost.
  if (word.has(Word::kWaited)) RingWaiters(control_, index);
  if (referenced) {
    work_.push_back(index);  // the last reference may have gone meanwhile
  } else {
    Holders::Clear(control_, index);
    // seq_cst; pairs with the acquire of the block's owner. The count after the word, so that it is not
    // missed.
    entry.word.store(Word::Of(word.generation(), 0, State::kFree).bits(), std::memory_order_seq_cst);
    MarkFreedEntry(control_, index / kEntriesPerBlock);
  }
}

// From here on nobody finds the children through this container.
void Sweeper::ForgetChildren(uint64_t index) {
  const auto container = children_.find(index);
  if (container == children_.end()) return;
  if (!container->second.empty()) let_go_.push_back(std::move(container->second));
  children_.erase(container);
}

void Sweeper::ReleaseRecord(Entry& entry) {
  const SpillPlace place(entry.spill.exchange(0, std::memory_order_relaxed));
  if (files_ == nullptr || place.nowhere()) return;
  files_->Release(place);
}

bool Sweeper::Evict(uint64_t index) {
  Entry& entry = control_.entry(index);
  uint64_t bits = entry.word.load(std::memory_order_seq_cst);
  const Word word(bits);
  const bool children_unknown = word.has(Word::kHasRefs) && !word.has(Word::kTaken);
  if (word.state() != State::kSealed || word.has(Word::kDeleted) || children_unknown) return false;
  const Word dying = word.Dying();
  if (!entry.word.compare_exchange_strong(bits, dying.bits(), std::memory_order_seq_cst)) return false;
  uint64_t pins;
  (void)Referenced(index, word, &pins);
  bits = dying.bits();
  if (pins != 0) {
    // When this fails somebody has put it back already, or set a flag: the next look puts it back.
    if (!entry.word.compare_exchange_strong(bits, dying.Revived().bits(), std::memory_order_seq_cst))
      Add(index);
    return false;
  }
  // From now on it is in the books of the spill files: the server's to free, and nobody's in the word.
  NameMaker(index, word);
  const Word spilled = dying.Without(Word::kBeforeMask).As(State::kSpilled).OwnedBy(kServer);
  if (!entry.word.compare_exchange_strong(bits, spilled.bits(), std::memory_order_seq_cst)) {
    Add(index);
    return false;
  }
  // Nobody has the bytes, and from here on nobody gets them but through RESTORING.
  const uint64_t block = FreeBlock(control_, entry, ObjectId(0, index, word.generation()).place);
  if (block != 0) FreedBlock(block, entry.size.load(std::memory_order_relaxed));
  freed_ = true;
  control_.header().served.evicted.fetch_add(1, std::memory_order_relaxed);
  return true;
}

void Sweeper::Restored(uint64_t index) {
  Entry& entry = control_.entry(index);
  // First, so that whoever has the object finds it counted.
  ServerCounters& served = control_.header().served;
  served.restored.fetch_add(1, std::memory_order_relaxed);
  served.bytes_restored.fetch_add(ObjectBytes(entry), std::memory_order_relaxed);
  uint64_t bits = entry.word.load(std::memory_order_relaxed);
  // release; pairs with the loads in Pin(): who sees SEALED sees the bytes.
  while (!entry.word.compare_exchange_weak(bits, Word(bits).As(State::kSealed).Without(Word::kWaited).bits(),
                                           std::memory_order_seq_cst)) {
  }
  if (Word(bits).has(Word::kWaited)) RingWaiters(control_, index);
  work_.push_back(index);
}

void Sweeper::MarkLost(uint64_t index, atoll_lost_reason reason) {
  Entry& entry = control_.entry(index);
  uint64_t bits = entry.word.load(std::memory_order_relaxed);
  const uint64_t block = FreeBlock(control_, entry, ObjectId(0, index, Word(bits).generation()).place);
  if (block != 0) FreedBlock(block, entry.size.load(std::memory_order_relaxed));
  freed_ = true;
  ReleaseRecord(entry);
  NameMaker(index, Word(bits));
  const uint32_t asked = AskHolder(control_, index, kServer);
  for (;;) {
    const Word word(bits);
    const bool expect = asked != 0 && !word.has(Word::kDeleted);
    const Word next = expect ? word.Without(Word::kHasRefs | Word::kTaken | Word::kWaited).As(State::kExpected).OwnedBy(0)
                             : Word::LostBecause(word.generation(), reason);
    if (entry.word.compare_exchange_weak(bits, next.bits(), std::memory_order_seq_cst)) break;
  }
  ForgetChildren(index);
  if (Word(bits).has(Word::kWaited)) RingWaiters(control_, index);
  if (asked != 0 && WasAsked(control_, asked, index)) {
    TellAsked(control_, asked, index);
  } else if (asked != 0) {  // it has just said that it does not want to be
    (void)LoseExpected(control_, index, Word(bits).generation());
  }
  work_.push_back(index);
}

// The dead client may have been asked about it: then another one is, or nobody is left to make it again.
void Sweeper::AnswerForTheDead(uint32_t client, uint64_t index) {
  if (!WasAsked(control_, client, index)) return;
  const Word word(control_.entry(index).word.load(std::memory_order_seq_cst));
  const Word live = word.state() == State::kDying ? word.Revived() : word;
  if (live.state() != State::kExpected) return;
  if (const uint32_t other = AskHolder(control_, index, client); other != 0) return TellAsked(control_, other, index);
  if (LoseExpected(control_, index, word.generation())) work_.push_back(index);
}

uint64_t Sweeper::LiveOne(const uint8_t* at) const {
  atoll_object_id raw;
  std::memcpy(&raw, at, sizeof(raw));
  const ObjectId id(raw);
  if (id.store != control_.header().store.load(std::memory_order_relaxed) ||
      id.index() >= control_.entries_high()) {
    return kNone;
  }
  // Alive until there is another reference: who made the container refers to them, or is dead.
  const Word child(control_.entry(id.index()).word.load(std::memory_order_seq_cst));
  return child.generation() == id.generation() && child.state() != State::kFree ? id.index() : kNone;
}

const uint8_t* Sweeper::IdsOf(uint64_t index, uint64_t count) const {
  const Entry& entry = control_.entry(index);
  const uint64_t capacity = control_.geometry().capacity();
  const Word word(entry.word.load(std::memory_order_relaxed));
  const Location location(entry.location.load(std::memory_order_relaxed));
  const Location::Bound bound = Location::BoundOf(entry, ObjectId(0, index, word.generation()).place);
  const uint64_t offset = location.offset(), size = bound.size;
  const bool fits = location.Fits(bound) && bound.contained == count && size <= capacity && offset <= capacity;
  if (!fits || ObjectBytes(size, count) > capacity - offset) return nullptr;
  return data_->data() + offset + (size + 15) / 16 * 16;
}

bool Sweeper::TakeInOf(uint32_t client, uint64_t index, Slice* slice) {
  const Word word(control_.entry(index).word.load(std::memory_order_acquire));
  return word.maker() != client || TakeIn(index, slice);
}

// One at a time: what another one has begun comes to its end first.
bool Sweeper::TakeIn(uint64_t index, Slice* slice) {
  if (taking_.index != kNone && taking_.index != index && !GoOnTakingIn(slice)) return false;
  if (taking_.index == kNone) {
    const Entry& entry = control_.entry(index);
    const Word word(entry.word.load(std::memory_order_acquire));
    if (word.state() != State::kSealed || !word.has(Word::kHasRefs) || word.has(Word::kTaken)) return true;
    taking_ = {index, word.generation(), entry.contained.load(std::memory_order_relaxed), 0, {}};
  }
  return GoOnTakingIn(slice);
}

// Nobody but the server takes a container away, and it does not before it was taken in. A server killed in between is
// followed by one that counts its column anew, without this one.
bool Sweeper::GoOnTakingIn(Slice* slice) {
  Entry& entry = control_.entry(taking_.index);
  const uint8_t* ids = IdsOf(taking_.index, taking_.count);
  for (; ids != nullptr && taking_.next < taking_.count; ++taking_.next) {
    if (slice->Over()) return false;
    const uint64_t child = LiveOne(ids + taking_.next * sizeof(atoll_object_id));
    if (child == kNone) continue;
    control_.references(kServer)[child].fetch_add(1, std::memory_order_seq_cst);
    Word word(control_.entry(child).word.load(std::memory_order_seq_cst));
    (void)Validate(control_.entry(child), word.generation(), &word);
    taking_.children.push_back(child);
  }
  const Taking taken = std::exchange(taking_, {});
  uint64_t bits = entry.word.load(std::memory_order_acquire);
  for (;;) {
    if (Word(bits).generation() != taken.generation || Word(bits).state() != State::kSealed) {  // somebody's scribble
      if (!taken.children.empty()) let_go_.push_back(taken.children);
      return true;
    }
    if (entry.word.compare_exchange_weak(bits, Word(bits).With(Word::kTaken).bits(), std::memory_order_seq_cst)) break;
  }
  children_[taken.index] = taken.children;
  // The creator may drop its own references to the children now.
  to_tell_.push_back(Word(bits).owner());
  return true;
}

void Sweeper::UndoCreation(uint64_t index) {
  Entry& entry = control_.entry(index);
  uint64_t bits = entry.word.load(std::memory_order_acquire);
  const uint64_t block = FreeBlock(control_, entry, ObjectId(0, index, Word(bits).generation()).place);
  if (block != 0) FreedBlock(block, entry.size.load(std::memory_order_relaxed));
  while (!entry.word.compare_exchange_weak(
      bits, Word(bits).Without(Word::kHasRefs).As(State::kExpected).OwnedBy(0).bits(),
      std::memory_order_seq_cst)) {
  }
  freed_ = true;
  work_.push_back(index);
}

void Sweeper::Inherit(uint32_t client, uint64_t index) {
  Entry& entry = control_.entry(index);
  uint64_t bits = entry.word.load(std::memory_order_seq_cst);
  for (;;) {
    const Word word(bits);
    // What was expected, or is again, may be somebody else's by now: who begins it takes it over at any moment.
    if (word.maker() != client) return;
    if (word.state() == State::kFreeing && word.has(Word::kByCreator)) return Free(index, word, false);
    if (!word.Exists()) return;
    const Word live = word.state() == State::kDying ? word.Revived() : word;
    if (entry.word.compare_exchange_weak(bits, live.OwnedBy(kServer).bits(), std::memory_order_seq_cst))
      return;
  }
}

bool Sweeper::BuryEntry(uint32_t client, uint64_t index) {
  const Word word(control_.entry(index).word.load(std::memory_order_seq_cst));
  const bool made = word.maker() == client && word.state() != State::kFree;
  const bool named = Holders::Names(control_, index, client);
  if (made) {
    if (word.being_created()) UndoCreation(index);
    Inherit(client, index);
  }
  if (!made && !named) return false;
  AnswerForTheDead(client, index);
  for (u32* slots : {control_.pins(client), control_.references(client), control_.waits(client)}) {
    if (slots[index].load(std::memory_order_relaxed) != 0) slots[index].store(0, std::memory_order_seq_cst);
  }
  // Only now: a server killed before this finds it here again. Who has taken its creation over may have named it since.
  Holders::Remove(control_, index, client);
  // It may have been about to say that it is the last to leave, or that somebody waits.
  work_.push_back(index);
  return true;
}

void Sweeper::FreedBlock(uint64_t block, uint64_t bytes) {
  const uint64_t extent = (block - 1) / kWordsPerSlab / control_.geometry().slabs_per_extent();
  const uint32_t owner = control_.extent(extent).load(std::memory_order_acquire) & kExtentOwnerMask;
  if (owner < freed_bytes_of_.size()) {
    freed_bytes_of_[owner] += bytes;
    if (freed_bytes_of_[owner] >= 8 * control_.geometry().extent_bytes()) {
      freed_bytes_of_[owner] = 0;
      to_tell_.push_back(owner);
    }
    return;
  }
  orphans_.Freed(block);
}

std::vector<uint64_t> Sweeper::TakeWanted() { return std::exchange(wanted_, {}); }

bool Sweeper::TakeFreed() { return std::exchange(freed_, false); }

std::vector<uint32_t> Sweeper::TakeClientsToTell() { return std::exchange(to_tell_, {}); }

}  // namespace atollstore
