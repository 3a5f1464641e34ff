#include "spill/restorer.h"

#include <algorithm>
#include <utility>

#include "layout/location.h"
#include "spill/sieve.h"
#include "spill/spill_item.h"

namespace atollstore {
namespace {

constexpr int64_t kFillNanos = 1'000'000;  // for the page tables of what is read back

}  // namespace

void Restorer::Restore(uint64_t index) {
  if (!known_.insert(index).second) return;
  to_restore_.push_back(index);
}

Restorer::Wanted Restorer::wanted() const {
  Wanted wanted;
  uint64_t sum = 0;
  for (const uint64_t index : to_restore_) {
    if (leased_.count != 0 && index == to_restore_.front()) continue;  // it has its room
    if (sum >= data_->size()) break;  // all that there can be
    const uint64_t bytes = std::clamp<uint64_t>(ObjectBytes(control_.entry(index)), 1, data_->size());
    wanted.bytes = std::max(wanted.bytes, bytes);
    sum += bytes;
  }
  const uint64_t extent_bytes = control_.geometry().extent_bytes();
  const uint64_t run = (wanted.bytes + extent_bytes - 1) / extent_bytes * extent_bytes;
  if (run != 0) wanted.runs = (sum + run - 1) / run;
  return wanted;
}

// Leases extents for so much. Returns whether they can be used at once.
bool Restorer::Grow(uint64_t bytes) {
  leased_ = heap_->Lease(bytes, false);
  return leased_.count != 0 && HasPages();
}

// Whether what was leased has memory, and is ours to use. What can have none is nobody's again.
bool Restorer::HasPages() {
  if (reserver_->Back(kRestorer, leased_) == Reserver::Backing::kUnderWay) return false;
  return heap_->Commit(std::exchange(leased_, {}), os::Deadline::After(kFillNanos)).ok();
}

// Returns false when there is no room for it, or not yet.
bool Restorer::TryRestore(uint64_t index) {
  Entry& entry = control_.entry(index);
  uint64_t bits = entry.word.load(std::memory_order_seq_cst);
  const Word word(bits);
  if (word.state() != State::kSpilled || word.has(Word::kDeleted) || !Pinned(control_, index)) {
    sweeper_->Add(index);  // nobody waits any more, or it is to go
    return true;
  }
  const SpillItem item = ItemOf(control_, index);
  if (!entry.word.compare_exchange_strong(bits, word.As(State::kRestoring).bits(),
                                          std::memory_order_seq_cst)) {
    return TryRestore(index);
  }
  if (!heap_->Allocate(item.bytes, entry, item.id.place)) {
    BackToDisk(entry);
    return Grow(item.bytes) && TryRestore(index);
  }
  SpillJob job;
  job.kind = SpillJob::Kind::kRead;
  job.items.push_back(item);
  const Location location(entry.location.load(std::memory_order_relaxed));
  const uint64_t offset = location.offset();
  if (!location.Fits({item.id.place, entry.block.load(std::memory_order_relaxed), item.size, item.tag,
                      item.contained}) ||
      !heap_->CanWrite(offset, item.bytes)) {  // somebody has written into the entry since
    sweeper_->MarkLost(index, ATOLL_LOST_DAMAGED);
    return true;
  }
  job.to = window_->data() + offset;
  threads_->HandIn(std::move(job));
  return true;
}

// What becomes of an object whose record could not be read.
atoll_lost_reason Restorer::ReasonOf(const SpillJob& job) {
  return job.outcome.code() == ATOLL_CORRUPT ? ATOLL_LOST_DAMAGED : ATOLL_LOST_UNREADABLE;
}

void Restorer::HaveRead(const SpillJob& job) {
  const uint64_t index = job.items[0].id.index();
  if (job.outcome.ok()) return sweeper_->Restored(index);
  // For want of descriptors or memory of this process: that passes, and the record is as good as it was.
  if (job.outcome.code() != ATOLL_OUT_OF_MEMORY) return sweeper_->MarkLost(index, ReasonOf(job));
  Entry& entry = control_.entry(index);
  (void)FreeBlock(control_, entry, job.items[0].id.place);
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
    sweeper_->MarkLost(index, ReasonOf(job));
  RingWaiters(control_, index);
}

bool Restorer::Next() {
  if (to_restore_.empty() || (leased_.count != 0 && !HasPages())) return false;
  if (!TryRestore(to_restore_.front())) return false;
  known_.erase(to_restore_.front());
  to_restore_.pop_front();
  return true;
}

}  // namespace atollstore
