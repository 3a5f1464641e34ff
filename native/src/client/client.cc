// Objects: expect, get, release, references, delete, claims.
#include <algorithm>

#include "client/client_core.h"
#include "handles.h"

namespace atollstore {

Status ClientCore::NotFound(ObjectId id) const {
  if (forked_from_ != 0) return Handle::ForkedFrom(forked_from_);
  if (Knows(id) && (!HasSlots(id.index()) || NeedsRow(id.index())) && IsThere(id.index(), id.generation()))
    return NoControlMemory();
  return atollstore::NotFound(control_, id);
}

Status ClientCore::Lost(ObjectId id) const { return atollstore::Lost(control_, id); }

// acquire, in entries_high(); who has been told of an id finds its block among those that were leased before.
bool ClientCore::KnowsByNow(uint64_t index) const {
  if (forked_from_ != 0) return false;  // nothing of the store is mapped there
  const uint64_t high = control_.entries_high();
  // relaxed; a thread that has looked before and stores after another one has to look once more.
  known_.store(high, std::memory_order_relaxed);
  return index < high;
}

bool ClientCore::Corrupt(uint64_t index) {
  Unpin(index);
  return false;
}

Status ClientCore::Corrupted(ObjectId id) const {
  return Status::Error(ATOLL_CORRUPT, "object %lu.%lu: somebody has written into its entry", id.index(),
                       id.generation());
}

Result<ObjectId> ClientCore::ExpectIn(bool shared, int64_t* timeout_ns) {
  uint64_t place = pool_->Expect(shared);
  if (place == 0) {
    auto awaited = AwaitEntry(shared, timeout_ns);
    if (!awaited.ok()) return awaited.status();
    place = awaited.value();
  }
  Count(&Counters::expects);
  return ObjectId({store_, place});
}

// Without asking the server for an entry.
Result<ObjectId> ClientCore::ExpectAtOnce() {
  const uint64_t place = pool_->Expect(false);
  if (place == 0) return NoEntry();
  Count(&Counters::expects);
  return ObjectId({store_, place});
}

Result<uint64_t> ClientCore::AwaitEntry(bool shared, int64_t* timeout_ns) {
  Wish wish(wishes_.get(), {WishKind::kEntry}, *timeout_ns);
  for (bool last = false;;) {
    const uint32_t seen = wish.Look();
    last = last || wish.state() == WishState::kRefused;
    if (const uint64_t place = pool_->Expect(shared); place != 0) {
      if (!wish.urgent()) *timeout_ns = wish.deadline().left();
      return place;
    }
    if (Disconnected()) return Status::Error(ATOLL_DISCONNECTED, "the server has gone while waiting for an entry");
    if (!last) {
      last = !wish.Wait(seen);
      continue;
    }
    return wish.ignored() ? Ignored("an entry", *timeout_ns) : NoEntry();
  }
}

Status ClientCore::NoEntry() const {
  if (budget_->low()) return NoControlMemory();
  return Status::Error(ATOLL_TOO_MANY_OBJECTS, "all %lu entries are in use (option max_objects)",
                       control_.geometry().objects());
}

Status ClientCore::NoControlMemory() const {
  return Status::Error(ATOLL_STORE_FULL, "no control memory: memory limits allow no more; it has %lu bytes",
                       control_.header().served.control_resident.load(std::memory_order_relaxed));
}

bool ClientCore::PinSlowly(uint64_t index, uint64_t generation) {
  if (!Enter(index, generation)) return false;
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
  const uint32_t before = TakeOne(&pins_[index]);
  const Word word(entries_[index].word.load(std::memory_order_seq_cst));
  if (before == 1 && word.has(Word::kDoomed | Word::kDeleted)) Drop(index);
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
  const uint32_t before = TakeOne(&references_[index]);
  if (before == 1) Drop(index);
  return before != 0;
}

Status ClientCore::Dereference(ObjectId id) {
  ATOLL_RETURN_IF_ERROR(Check(id));
  const Word word(entries_[id.index()].word.load(std::memory_order_relaxed));
  if (word.generation() != id.generation()) return NotFound(id);
  if (!HasSlots(id.index()) || !GiveReference(id.index())) {
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

Status ClientCore::Ring(uint64_t client, uint64_t direction, uint64_t* address, uint64_t* bytes) {
  if (client == 0 || client >= control_.geometry().columns() || direction > ATOLL_RING_DOWN) {
    return Status::Error(ATOLL_INVALID_ARGUMENT, "no ring %lu of client %lu", direction, client);
  }
  *address = reinterpret_cast<uint64_t>(control_.ring(client, direction));
  *bytes = control_.geometry().ring_bytes();
  return TouchPages(*address, *bytes + kRingTrailer);
}

// What of them has no memory gets some now, against the budget, while there is a status for it: who writes a message
// cannot be refused any more.
Status ClientCore::TouchPages(uint64_t address, uint64_t bytes) {
  const auto base = reinterpret_cast<uint64_t>(control_mapping_.data());
  const uint64_t end = address - base + bytes;
  for (uint64_t at = address - base; at < end;) {
    const auto written = control_memory_->NextWritten(at, end);
    for (; at < written.begin; at = (at / ControlBudget::kPage + 1) * ControlBudget::kPage) {
      if (!PayInTurn(nullptr, [this] { return budget_->Pay(1); })) return NoControlMemory();
      (void)reinterpret_cast<const u8*>(base + at)->load(std::memory_order_relaxed);
    }
    at = std::max(at, written.end);
  }
  return {};
}

Result<os::Bell*> ClientCore::BellOf(uint64_t client) {
  if (client == ATOLL_SCHEDULER_BELL) return &control_.header().scheduler_bell;
  if (client == ATOLL_PRESSURE_BELL) return &control_.header().pressure_bell;
  if (client == 0 || client >= control_.geometry().columns()) {
    return Status::Error(ATOLL_INVALID_ARGUMENT, "no bell of client %lu", client);
  }
  return &control_.client(client).mailbox;
}

Result<uint32_t> ClientCore::AwaitBell(uint64_t client, uint32_t seen, const os::Deadline& deadline) {
  auto bell = BellOf(client);
  if (!bell.ok()) return bell.status();
  const bool ends = client == me_ || client == ATOLL_SCHEDULER_BELL || client == ATOLL_PRESSURE_BELL;
  // seq_cst; pairs with EndWaits(): it sees who is here, or who is here sees that waits are over.
  if (ends) at_bells_.fetch_add(1, std::memory_order_seq_cst);
  const bool rung = bell.value()->Wait(seen, deadline, ends ? &waits_over_ : nullptr);
  if (ends) at_bells_.fetch_sub(1, std::memory_order_release);
  if (rung) return bell.value()->Read();
  return Status::Error(ATOLL_TIMED_OUT, "bell of client %lu: no ring after count %u", client, seen);
}

// Who has looked at waits_over_ just before it was set sleeps a moment later: hence again, until nobody is there.
void ClientCore::EndWaits() {
  waits_over_.store(true, std::memory_order_seq_cst);
  while (const uint32_t there = at_bells_.load(std::memory_order_seq_cst)) {
    Header& header = control_.header();
    for (os::Bell* bell : {&record_->mailbox, &header.scheduler_bell, &header.pressure_bell})
      os::FutexWake(&bell->count, UINT32_MAX);
    os::FutexWait(&at_bells_, there, os::Deadline::After(50'000));
  }
}

}  // namespace atollstore
