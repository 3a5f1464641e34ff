// Objects: expect, create, seal, abort, get, release, references, claims.
#include <algorithm>
#include <cstring>

#include "client/client_core.h"

namespace atollstore {

uint32_t ClientCore::Stripe() {
  static std::atomic<uint32_t> next{0};
  // initial-exec: a plain load, also in a library that was loaded late.
  static thread_local uint32_t mine __attribute__((tls_model("initial-exec"))) = 0;
  if (mine == 0) mine = 1 + next.fetch_add(1, std::memory_order_relaxed) % kCounterStripes;
  return mine - 1;
}

Status ClientCore::NotFound(ObjectId id) const {
  if (id.store != store_) {
    return Status::Error(ATOLL_NOT_FOUND, "object of store %016lx, this is store %016lx", id.store, store_);
  }
  return Status::Error(ATOLL_NOT_FOUND, "object %lu.%lu: freed, or never made", id.index(), id.generation());
}

Status ClientCore::Lost(ObjectId id) const {
  // Deleted ones are lost before their word says so.
  const Word word(entries_[id.index()].word.load(std::memory_order_relaxed));
  const uint32_t reason = word.state() == State::kLost ? word.reason() : uint32_t{ATOLL_LOST_DELETED};
  return Status::Error(ATOLL_LOST, "object %lu.%lu: %s", id.index(), id.generation(),
                       reason == ATOLL_LOST_DAMAGED      ? "its spill file is damaged"
                       : reason == ATOLL_LOST_UNREADABLE ? "its spill file cannot be read"
                                                         : "deleted");
}

Status ClientCore::Check(ObjectId id) const {
  return id.store == store_ && id.index() < objects_ ? Status() : NotFound(id);
}

bool ClientCore::Corrupt(uint64_t index) {
  Unpin(index);
  return false;
}

Status ClientCore::Corrupted(ObjectId id) const {
  return Status::Error(ATOLL_CORRUPT, "object %lu.%lu: its entry points outside the store", id.index(),
                       id.generation());
}

Result<ObjectId> ClientCore::Expect(bool shared, int64_t timeout_ns) {
  uint64_t place = pool_->Expect(shared);
  if (place == 0) {
    // Entries that wait to be swept, or that other clients could give back, are worth one question, also to
    // the impatient.
    constexpr int64_t kLeastNanos = 50'000'000;
    const auto deadline =
        os::Deadline::After(std::max(timeout_ns, kLeastNanos));
    record_->wants_room.store(1, std::memory_order_seq_cst);
    for (;;) {
      const uint32_t seen = control_.header().room_bell.Read();
      const bool answered = AskServer(deadline);
      place = pool_->Expect(shared);
      // The bell may ring again and again for others: time is over all the same.
      if (place != 0 || !answered || deadline.passed()) break;
      if (!control_.header().room_bell.Wait(seen, deadline)) break;
    }
    if (waiting_for_room_.load() == 0) record_->wants_room.store(0, std::memory_order_seq_cst);
    if (place == 0) place = pool_->Expect(shared);
  }
  if (place == 0) return Status::Error(ATOLL_TOO_MANY_OBJECTS, "all %lu entries are in use", objects_);
  Count(&Counters::expects);
  return ObjectId({store_, place});
}

Result<uint64_t> ClientCore::Create(ObjectId* id, uint64_t size, uint64_t contained, uint64_t tag,
                                    int64_t timeout_ns) {
  const uint64_t most = capacity_ / sizeof(atoll_object_id);
  if (size > capacity_ || contained > std::min<uint64_t>(most, UINT32_MAX) ||
      ObjectBytes(size, contained) > capacity_) {
    return Status::Error(ATOLL_STORE_FULL, "%lu bytes and %lu ids asked, the store has %lu bytes", size,
                         contained, capacity_);
  }
  if (has_containers_.load(std::memory_order_relaxed)) DrainContainers();
  if (id->nil()) {
    auto made = Expect(false, timeout_ns);
    if (!made.ok()) return made.status();
    auto address = Fill(made.value(), size, contained, tag, timeout_ns);
    if (address.ok()) {
      *id = made.value();
    } else {
      (void)Dereference(made.value());
    }
    return address;
  }
  ATOLL_RETURN_IF_ERROR(Check(*id));
  return Fill(*id, size, contained, tag, timeout_ns);
}

Result<uint64_t> ClientCore::Fill(ObjectId id, uint64_t size, uint64_t contained, uint64_t tag,
                                  int64_t timeout_ns) {
  Entry& entry = entries_[id.index()];
  // Before the word names this client: its burial looks there.
  control_.touched(me_).Set(id.index() / kEntriesPerBlock);
  for (uint64_t bits = entry.word.load(std::memory_order_acquire);;) {
    const Word word(bits);
    if (word.generation() != id.generation()) return NotFound(id);
    if (word.has(Word::kDeleted)) return Lost(id);
    if (word.state() == State::kDying) {
      if (entry.word.compare_exchange_weak(bits, word.Revived().bits(), std::memory_order_seq_cst)) {
        bits = word.Revived().bits();
      }
      continue;
    }
    if (word.state() == State::kFree || word.state() == State::kFreeing) return NotFound(id);
    if (word.state() == State::kLost) return Lost(id);
    if (word.state() != State::kExpected) {
      return Status::Error(ATOLL_ALREADY_EXISTS, "object %lu.%lu: %s already", id.index(), id.generation(),
                           word.state() == State::kCreating ? "being created" : "sealed");
    }
    // Who has expected it, and gave up making it or never told anybody, stays a holder.
    if (word.owner() != 0 && word.owner() != me_) Holders::Add(control_, id.index(), word.owner());
    const Word creating = word.As(State::kCreating).OwnedBy(me_);
    if (entry.word.compare_exchange_weak(bits, creating.bits(), std::memory_order_acq_rel)) break;
  }
  // release; pairs with the acquires in Peek(), which may still be looking at the object before this one.
  entry.size.store(size, std::memory_order_release);
  entry.tag.store(tag, std::memory_order_release);
  entry.contained.store(static_cast<uint32_t>(contained), std::memory_order_release);
  if (contained != 0) Promise(id.place, static_cast<uint32_t>(contained));
  const uint64_t bytes = ObjectBytes(size, contained);
  if (!heap_->Allocate(bytes, entry, id.place)) {
    if (Status made = AllocateInTurn(bytes, entry, id.place, timeout_ns); !made.ok()) {
      (void)Undo(id.index(), id.place);
      return made;
    }
  }
  if (bytes >= control_.geometry().extent_bytes() && bytes > largest_.load(std::memory_order_relaxed)) {
    largest_.store(bytes, std::memory_order_relaxed);
  }
  const uint64_t offset = entry.offset.load(std::memory_order_relaxed);
  if (offset > capacity_ - bytes) return Corrupted(id);  // written by somebody else since
  Count(&Counters::creates);
  return reinterpret_cast<uint64_t>(window_.data()) + offset;
}

// CREATING by this client -> EXPECTED. The block goes first: its word names the entry, so that a second
// freeing, after a death in between, finds another value and does nothing.
Status ClientCore::Undo(uint64_t index, uint64_t place) {
  Entry& entry = entries_[index];
  Forget(place);
  FreeBlock(control_, entry, place);
  Holders::Add(control_, index, me_);  // before the word no longer says so
  uint64_t bits = entry.word.load(std::memory_order_relaxed);
  while (!entry.word.compare_exchange_weak(bits, Word(bits).As(State::kExpected).OwnedBy(0).bits(),
                                           std::memory_order_seq_cst)) {
  }
  if (Word(bits).has(Word::kDoomed | Word::kDeleted)) Drop(index);
  return {};
}

Status ClientCore::Abort(ObjectId id) {
  ATOLL_RETURN_IF_ERROR(Check(id));
  const Word word(entries_[id.index()].word.load(std::memory_order_acquire));
  if (word.generation() != id.generation() || word.state() != State::kCreating || word.owner() != me_) {
    return Status::Error(ATOLL_NOT_CREATING, "abort of object %lu.%lu, which client %u is not creating",
                         id.index(), id.generation(), me_);
  }
  Count(&Counters::aborts);
  return Undo(id.index(), id.place);
}

Status ClientCore::Seal(ObjectId id, const atoll_object_id* contained) {
  ATOLL_RETURN_IF_ERROR(Check(id));
  const uint64_t index = id.index();
  Entry& entry = entries_[index];
  uint64_t bits = entry.word.load(std::memory_order_acquire);
  if (Word(bits).generation() != id.generation() || Word(bits).state() != State::kCreating ||
      Word(bits).owner() != me_) {
    return Status::Error(ATOLL_NOT_CREATING, "seal of object %lu.%lu, which client %u is not creating", index,
                         id.generation(), me_);
  }
  const uint64_t size = entry.size.load(std::memory_order_relaxed);
  const uint32_t count = Promised(id.place);
  if (entry.contained.load(std::memory_order_relaxed) != count) return Corrupted(id);
  if (count != 0) {
    if (contained == nullptr)
      return Status::Error(ATOLL_INVALID_ARGUMENT, "%u contained ids promised, none given", count);
    const uint64_t offset = entry.offset.load(std::memory_order_relaxed);
    const uint64_t bytes =
        count > capacity_ / sizeof(atoll_object_id) ? UINT64_MAX : ObjectBytes(size, count);
    // Else somebody has written into the entry, and the ids would go astray.
    if (size > capacity_ || !heap_->CanWrite(offset, bytes)) return Corrupted(id);
    Container container{id.place, {}};
    container.children.reserve(count);
    for (uint32_t i = 0; i < count; ++i) {
      const Status held = Refer(contained[i]);
      if (!held.ok()) {
        for (const uint64_t child : container.children) GiveReference(child);
        return held;
      }
      container.children.push_back(ObjectId(contained[i]).index());
    }
    std::memcpy(window_.data() + offset + (size + 15) / 16 * 16, contained, count * sizeof(atoll_object_id));
    // Before the seal: from then on the server may take the container in at any time.
    std::lock_guard lock(containers_mutex_);
    containers_.push_back(std::move(container));
  }
  // release; pairs with the loads in Pin(): who sees SEALED sees the bytes.
  bool kept = false;
  for (;;) {
    // Kept until who waits has been rung: somebody else may have the only reference, and the entry names who waits
    // only until it is freed.
    if (Word(bits).has(Word::kWaited) && !kept) {
      pins_[index].fetch_add(1, std::memory_order_seq_cst);
      kept = true;
    }
    Word sealed = Word(bits).As(State::kSealed).Without(Word::kWaited);
    if (count != 0) sealed = sealed.With(Word::kHasRefs);
    if (entry.word.compare_exchange_weak(bits, sealed.bits(), std::memory_order_seq_cst)) break;
  }
  if (kept) {
    RingWaiters(control_, index);
    Unpin(index);
  }
  if (count != 0) {
    Forget(id.place);
    has_containers_.store(true, std::memory_order_relaxed);
  }
  if (count != 0 || Word(bits).has(Word::kDoomed | Word::kDeleted)) Drop(index);
  Counters& mine = counters();
  mine.seals.fetch_add(1, std::memory_order_relaxed);
  mine.bytes_written.fetch_add(size, std::memory_order_relaxed);
  return {};
}

void ClientCore::Promise(uint64_t place, uint32_t contained) {
  std::lock_guard lock(containers_mutex_);
  promised_[place] = contained;
  promises_.store(promised_.size(), std::memory_order_relaxed);
}

uint32_t ClientCore::Promised(uint64_t place) {
  // Whoever made the promise for this place has told this thread of the place since.
  if (promises_.load(std::memory_order_relaxed) == 0) return 0;
  std::lock_guard lock(containers_mutex_);
  const auto found = promised_.find(place);
  return found == promised_.end() ? 0 : found->second;
}

void ClientCore::Forget(uint64_t place) {
  if (promises_.load(std::memory_order_relaxed) == 0) return;
  std::lock_guard lock(containers_mutex_);
  promised_.erase(place);
  promises_.store(promised_.size(), std::memory_order_relaxed);
}

void ClientCore::DrainContainers() {
  std::vector<uint64_t> children;
  {
    std::lock_guard lock(containers_mutex_);
    for (size_t i = 0; i < containers_.size();) {
      Container& container = containers_[i];
      const ObjectId id({store_, container.place});
      const Word word(entries_[id.index()].word.load(std::memory_order_acquire));
      const bool waits = word.generation() == id.generation() && !word.has(Word::kTaken) &&
                         word.state() != State::kFree && word.state() != State::kFreeing &&
                         word.state() != State::kLost;  // deleted meanwhile, and taken in before
      if (waits) {
        ++i;
        continue;
      }
      children.insert(children.end(), container.children.begin(), container.children.end());
      std::swap(container, containers_.back());
      containers_.pop_back();
    }
    has_containers_.store(!containers_.empty(), std::memory_order_relaxed);
  }
  for (const uint64_t child : children) GiveReference(child);
}

bool ClientCore::PinSlowly(uint64_t index, uint64_t generation) {
  if (!atollstore::Enter(control_, me_, index, generation)) return false;
  pins_[index].fetch_add(1, std::memory_order_seq_cst);
  return PinChanged(index, generation);
}

bool ClientCore::PinChanged(uint64_t index, uint64_t generation) {
  Word word;
  if (Validate(entries_[index], generation, &word) != Found::kSealed) {
    Unpin(index);
    return false;
  }
  if (used_[index].load(std::memory_order_relaxed) == 0) used_[index].store(1, std::memory_order_relaxed);
  return true;
}

void ClientCore::Unpin(uint64_t index) {
  const uint32_t before = pins_[index].fetch_sub(1, std::memory_order_seq_cst);
  const Word word(entries_[index].word.load(std::memory_order_seq_cst));
  if (before == 1 && word.has(Word::kDoomed | Word::kDeleted)) Drop(index);
}

Status ClientCore::ReleasedTooOften(ObjectId id) {
  pins_[id.index()].fetch_add(1, std::memory_order_seq_cst);
  return NotPinned(id);
}

Status ClientCore::NotPinned(ObjectId id) const {
  return Status::Error(ATOLL_INVALID_ARGUMENT, "release of object %lu.%lu, which client %u has not pinned",
                       id.index(), id.generation(), me_);
}

Status ClientCore::Refer(ObjectId id) {
  ATOLL_RETURN_IF_ERROR(Check(id));
  if (!Enter(id)) return NotFound(id);
  TakeReference(id.index());
  Word word;
  const Found found = Validate(entries_[id.index()], id.generation(), &word);
  if (found != Found::kGone) return {};
  GiveReference(id.index());
  return NotFound(id);
}

bool ClientCore::GiveReference(uint64_t index) {
  const uint32_t before = references_[index].fetch_sub(1, std::memory_order_seq_cst);
  if (before == 0) {
    references_[index].fetch_add(1, std::memory_order_seq_cst);
    return false;
  }
  if (before == 1) Drop(index);
  return true;
}

Status ClientCore::Dereference(ObjectId id) {
  ATOLL_RETURN_IF_ERROR(Check(id));
  const Word word(entries_[id.index()].word.load(std::memory_order_relaxed));
  if (word.generation() != id.generation()) return NotFound(id);
  if (!GiveReference(id.index())) {
    return Status::Error(ATOLL_INVALID_ARGUMENT,
                         "dereference of object %lu.%lu, to which client %u has no reference", id.index(),
                         id.generation(), me_);
  }
  Count(&Counters::dereferences);
  return {};
}

int64_t ClientCore::Contains(ObjectId id) const {
  if (!Check(id).ok()) return ATOLL_ABSENT;
  const Word word(entries_[id.index()].word.load(std::memory_order_acquire));
  return word.generation() == id.generation() ? Visible(word) : ATOLL_ABSENT;
}

Status ClientCore::Delete(ObjectId id) {
  ATOLL_RETURN_IF_ERROR(Check(id));
  // The burial of who is killed before it has rung rings for what it has entered. The pin keeps the entry until then.
  if (!Enter(id)) return NotFound(id);
  const uint64_t index = id.index();
  pins_[index].fetch_add(1, std::memory_order_seq_cst);
  Entry& entry = entries_[index];
  uint64_t bits = entry.word.load(std::memory_order_seq_cst);
  Status result;
  for (;;) {
    const Word word(bits);
    if (word.generation() != id.generation() || !word.Exists()) {
      result = NotFound(id);
      break;
    }
    if (word.has(Word::kDeleted)) break;
    if (!entry.word.compare_exchange_weak(bits, word.With(Word::kDeleted).bits(), std::memory_order_seq_cst))
      continue;
    // Whoever waits for it, to be sealed or to come back from disk, waits for nothing.
    if (word.has(Word::kWaited)) RingWaiters(control_, index);
    Count(&Counters::deletes);
    break;
  }
  Unpin(index);
  return result;
}

Result<int64_t> ClientCore::Claim(ObjectId id, uint64_t expected, uint64_t desired) {
  ATOLL_RETURN_IF_ERROR(Check(id));
  if (expected > UINT32_MAX || desired > UINT32_MAX) {
    return Status::Error(ATOLL_INVALID_ARGUMENT, "claim from %lu to %lu: claims have 32 bits", expected,
                         desired);
  }
  Entry& entry = entries_[id.index()];
  if (Word(entry.word.load(std::memory_order_acquire)).generation() != id.generation()) return NotFound(id);
  auto now = static_cast<uint32_t>(expected);
  Count(&Counters::claims);
  return int64_t{
      entry.claim.compare_exchange_strong(now, static_cast<uint32_t>(desired), std::memory_order_seq_cst)};
}

Result<int64_t> ClientCore::Claimed(ObjectId id) {
  ATOLL_RETURN_IF_ERROR(Check(id));
  Entry& entry = entries_[id.index()];
  if (Word(entry.word.load(std::memory_order_acquire)).generation() != id.generation()) return NotFound(id);
  return int64_t{entry.claim.load(std::memory_order_seq_cst)};
}

}  // namespace atollstore
