#include "spill/restorer.h"

#include <algorithm>
#include <utility>

#include "layout/location.h"
#include "spill/sieve.h"
#include "spill/spill_item.h"

namespace atollstore {
namespace {

constexpr uint64_t kBytesTogether = 256 << 10;  // of objects in one job, so that both threads have some
constexpr size_t kLooksAside = 256;             // at those that were set aside, in one round

}  // namespace

void Restorer::Restore(uint64_t index) {
  const SpillItem item = ItemOf(control_, index);
  // Nor is that what its record says.
  if (!MayBe(control_.geometry(), item.size, item.contained)) return sweeper_->MarkLost(index, ATOLL_LOST_DAMAGED);
  if (!known_.insert(index).second) return;
  to_restore_.push_back({index, std::max<uint64_t>(item.bytes, 1)});
  wanted_.reset();
}

Restorer::Wanted Restorer::wanted() const {
  if (wanted_) return *wanted_;
  Wanted wanted;
  uint64_t sum = 0;
  for (const Waiting& waiting : to_restore_) {
    if (leased_.count != 0 && &waiting == &to_restore_.front()) continue;  // it has its room
    if (sum >= data_->size()) break;  // all that there can be
    wanted.bytes = std::max(wanted.bytes, waiting.bytes);
    sum += waiting.bytes;
  }
  const uint64_t extent_bytes = control_.geometry().extent_bytes();
  const uint64_t run = (wanted.bytes + extent_bytes - 1) / extent_bytes * extent_bytes;
  if (run != 0) wanted.runs = (sum + run - 1) / run;
  wanted_ = wanted;
  return wanted;
}

// Leases extents for so much. Returns whether they can be used at once.
bool Restorer::Grow(uint64_t bytes) {
  leased_ = heap_->Lease(bytes, false);
  wanted_.reset();
  return leased_.count != 0 && HasPages();
}

// Whether what was leased has memory, and is ours to use. What can have none is nobody's again.
bool Restorer::HasPages() {
  if (reserver_->Back(kRestorer, leased_) == Reserver::Backing::kUnderWay) return false;
  wanted_.reset();
  return heap_->Commit(std::exchange(leased_, {}));
}

bool Restorer::IsWanted(uint64_t index, Word word) const {
  return word.state() == State::kSpilled && !word.has(Word::kDeleted) && Pinned(control_, index);
}

// Returns false when there is no room for it, or not yet.
bool Restorer::TryRestore(uint64_t index, SpillJob* job) {
  Entry& entry = control_.entry(index);
  uint64_t bits = entry.word.load(std::memory_order_seq_cst);
  const Word word(bits);
  if (!IsWanted(index, word)) {
    sweeper_->Add(index);  // nobody waits any more, or it is to go
    return true;
  }
  SpillItem item = ItemOf(control_, index);
  if (!MayBe(control_.geometry(), item.size, item.contained)) {
    sweeper_->MarkLost(index, ATOLL_LOST_DAMAGED);
    return true;
  }
  if (!entry.word.compare_exchange_strong(bits, word.As(State::kRestoring).bits(),
                                          std::memory_order_seq_cst)) {
    return TryRestore(index, job);
  }
  if (!heap_->Allocate(item.bytes, entry, item.id.place)) {
    BackToDisk(entry);
    return Grow(item.bytes) && TryRestore(index, job);
  }
  const Location location(entry.location.load(std::memory_order_relaxed));
  const uint64_t offset = location.offset();
  if (!location.Fits({item.id.place, entry.block.load(std::memory_order_relaxed), item.size, item.tag,
                      item.contained}) ||
      !heap_->CanWrite(offset, item.bytes)) {  // somebody has written into the entry since
    sweeper_->MarkLost(index, ATOLL_LOST_DAMAGED);
    return true;
  }
  item.to = heap_->At(offset);
  // A large one keeps a thread busy by itself.
  if (item.bytes >= kSpillLarge) {
    SpillJob alone;
    alone.items.push_back(std::move(item));
    HandIn(&alone);
  } else {
    job->items.push_back(std::move(item));
  }
  return true;
}

void Restorer::HandIn(SpillJob* job) {
  if (job->items.empty()) return;
  job->kind = SpillJob::Kind::kRead;
  threads_->HandIn(std::exchange(*job, {}));
}

// What becomes of an object whose record could not be read.
atoll_lost_reason Restorer::ReasonOf(const Status& outcome) {
  return outcome.code() == ATOLL_CORRUPT ? ATOLL_LOST_DAMAGED : ATOLL_LOST_UNREADABLE;
}

void Restorer::HaveRead(const SpillJob& job) {
  for (const SpillItem& item : job.items) HaveRead(item);
}

void Restorer::HaveRead(const SpillItem& item) {
  const uint64_t index = item.id.index();
  if (item.outcome.ok()) return sweeper_->Restored(index);
  // For want of descriptors or memory of this process: that passes, and the record is as good as it was.
  if (item.outcome.code() != ATOLL_OUT_OF_MEMORY) return sweeper_->MarkLost(index, ReasonOf(item.outcome));
  Entry& entry = control_.entry(index);
  (void)FreeBlock(control_, entry, item.id.place);
  BackToDisk(entry);
  Restore(index);
}

void Restorer::BackToDisk(Entry& entry) {
  uint64_t bits = entry.word.load(std::memory_order_relaxed);
  while (!entry.word.compare_exchange_weak(bits, Word(bits).As(State::kSpilled).bits(),
                                           std::memory_order_seq_cst)) {
  }
}

void Restorer::Check(uint64_t index, uint64_t generation) {
  const Word word(control_.entry(index).word.load(std::memory_order_acquire));
  if (word.state() != State::kSpilled || word.generation() != generation) return;
  if (!checking_.insert(index).second) return;
  SpillJob job;
  job.kind = SpillJob::Kind::kCheck;
  job.items.push_back(ItemOf(control_, index));
  threads_->HandIn(std::move(job));
}

void Restorer::HaveChecked(const SpillJob& job) {
  const SpillItem& item = job.items[0];
  const uint64_t index = item.id.index();
  checking_.erase(index);
  const Entry& entry = control_.entry(index);
  const Word word(entry.word.load(std::memory_order_acquire));
  const bool same = word.state() == State::kSpilled && word.generation() == item.id.generation() &&
                    entry.spill.load(std::memory_order_relaxed) == item.place.bits();
  const atoll_code code = job.outcome.code();
  if (same && (code == ATOLL_CORRUPT || code == ATOLL_NOT_FOUND || code == ATOLL_REFUSED))
    sweeper_->MarkLost(index, ReasonOf(job.outcome));
  RingWaiters(control_, index);
}

bool Restorer::Next() {
  if (to_restore_.empty() || (leased_.count != 0 && !HasPages())) return false;
  SpillJob job;
  bool any = false;
  uint64_t bytes = 0;
  while (!to_restore_.empty() && bytes < kBytesTogether) {
    const Waiting next = to_restore_.front();
    if (leased_.count != 0 || !TryRestore(next.index, &job)) break;
    known_.erase(next.index);
    to_restore_.pop_front();
    bytes += next.bytes;
    any = true;
  }
  if (any) wanted_.reset();
  HandIn(&job);
  return any;
}

void Restorer::SetAside(uint64_t bytes) {
  const auto begin = to_restore_.begin() + (leased_.count != 0 ? 1 : 0);
  const auto large = std::stable_partition(begin, to_restore_.end(), [&](const Waiting& one) { return one.bytes < bytes; });
  aside_.insert(aside_.end(), large, to_restore_.end());
  to_restore_.erase(large, to_restore_.end());
  std::stable_sort(aside_.begin(), aside_.end(), [](const Waiting& a, const Waiting& b) { return a.bytes > b.bytes; });
  wanted_.reset();
}

bool Restorer::NextAside(bool largest) {
  SpillJob job;
  bool any = false;
  uint64_t bytes = 0, lacking = UINT64_MAX;  // there is no room for so many
  size_t at = largest ? 0 : aside_at_;
  for (size_t looks = std::min(largest ? 1 : kLooksAside, aside_.size());
       looks > 0 && bytes < kBytesTogether && leased_.count == 0; --looks) {
    if (at >= aside_.size()) at = 0;
    const Waiting next = aside_[at];
    const Word word(control_.entry(next.index).word.load(std::memory_order_seq_cst));
    const bool worth_it = next.bytes < lacking || !IsWanted(next.index, word);
    const bool begun = worth_it && TryRestore(next.index, &job);
    if (!begun && leased_.count == 0) {
      lacking = std::min(lacking, next.bytes);
      ++at;
      continue;
    }
    aside_.erase(aside_.begin() + static_cast<ptrdiff_t>(at));
    any = true;
    if (begun) {
      known_.erase(next.index);
      bytes += next.bytes;
    } else {  // its extents are being backed with memory
      to_restore_.push_front(next);
      wanted_.reset();
    }
  }
  if (!largest) aside_at_ = at;
  HandIn(&job);
  return any;
}

}  // namespace atollstore
