#include "spill/spiller.h"

#include <algorithm>
#include <utility>

namespace atollstore {
namespace {

constexpr uint64_t kBatchBytes = 256 << 20;     // in one file
constexpr int64_t kPauseNanos = 1'000'000'000;  // before a disk in trouble is asked again

}  // namespace

Spiller::Spiller(const Control& control, const os::Mapping* data, const os::SharedMemory* data_memory,
                 os::Mapping window, Sweeper* sweeper, std::unique_ptr<SpillFiles> files, int wake_fd,
                 std::function<bool(uint64_t extent)> reserve)
    : control_(control),
      data_(data),
      sweeper_(sweeper),
      reserve_(std::move(reserve)),
      files_(std::move(files)),
      classes_(control.geometry().slabs_per_extent()),
      window_(std::move(window)),
      heap_(control_, kRestorer, data_memory, &window_),
      sieve_(control_),
      threads_(files_.get(), wake_fd) {
  sweeper_->UseSpillFiles(files_.get());
}

SpillItem Spiller::ItemOf(uint64_t index) const {
  const Entry& entry = control_.entry(index);
  const Word word(entry.word.load(std::memory_order_acquire));
  return {ObjectId(control_.header().store.load(std::memory_order_relaxed), index, word.generation()),
          entry.size.load(std::memory_order_relaxed),
          entry.tag.load(std::memory_order_relaxed),
          entry.contained.load(std::memory_order_relaxed),
          ObjectBytes(entry),
          SpillPlace(entry.spill.load(std::memory_order_relaxed)),
          nullptr};
}

bool Spiller::Pinned(uint64_t index) const {
  return atollstore::Pinned(control_, index);
}

void Spiller::Unpin(uint64_t index) {
  control_.pins(kServer)[index].fetch_sub(1, std::memory_order_seq_cst);
  const Word word(control_.entry(index).word.load(std::memory_order_seq_cst));
  if (word.has(Word::kDoomed | Word::kDeleted)) sweeper_->Add(index);
}

// ---- out of memory --------------------------------------------------------------------------------------

uint64_t Spiller::Evict(uint64_t bytes) {
  std::vector<uint64_t> victims;
  uint64_t sum = 0;
  while (sum < std::min(bytes, kBatchBytes)) {
    const uint64_t index = sieve_.Next();
    if (index == Sieve::kNone || std::find(victims.begin(), victims.end(), index) != victims.end()) break;
    victims.push_back(index);
    sum += BlockBytes(classes_, ObjectBytes(control_.entry(index)));
  }
  return Begin(victims);
}

uint64_t Spiller::EvictRun(uint64_t extents) {
  const Geometry& g = control_.geometry();
  constexpr uint64_t kNever = UINT64_MAX / 1024;
  std::vector<uint64_t> cost(g.extents());
  const auto extents_of = [&](const Entry& entry) {
    const uint64_t offset = entry.offset.load(std::memory_order_relaxed);
    const uint64_t last = offset + std::max<uint64_t>(1, std::min(ObjectBytes(entry), g.capacity())) - 1;
    return std::pair(offset / g.extent_bytes(), std::min(last / g.extent_bytes(), g.extents() - 1));
  };
  for (uint64_t i = 0, high = control_.entries_high(); i < high; ++i) {
    const Entry& entry = control_.entry(i);
    if (entry.block.load(std::memory_order_acquire) == 0) continue;
    const bool stays = !MayLeaveMemory(entry) || Pinned(i);
    const auto [first, last] = extents_of(entry);
    for (uint64_t e = first; e <= last; ++e)
      cost[e] = std::min(kNever, cost[e] + (stays ? kNever : ObjectBytes(entry)));
  }
  uint64_t best = UINT64_MAX, at = 0;
  for (uint64_t first = 0; first + extents <= g.extents(); ++first) {
    uint64_t sum = 0;
    for (uint64_t e = first; e < first + extents && sum < kNever; ++e) sum += cost[e];
    if (sum < kNever && sum < best && sum != 0) {
      best = sum;
      at = first;
    }
  }
  if (best == UINT64_MAX) return 0;
  std::vector<uint64_t> victims;
  for (uint64_t i = 0, high = control_.entries_high(); i < high; ++i) {
    const Entry& entry = control_.entry(i);
    if (entry.block.load(std::memory_order_acquire) == 0 || !MayLeaveMemory(entry)) continue;
    const auto [first, last] = extents_of(entry);
    if (first < at + extents && last >= at) victims.push_back(i);
  }
  return Begin(victims);
}

uint64_t Spiller::Begin(const std::vector<uint64_t>& indices) {
  uint64_t leaving = 0;
  uint64_t to_write = 0;
  SpillJob job;
  const auto hand_in = [&] {
    if (!job.items.empty()) threads_.HandIn(std::exchange(job, {}));
    to_write = 0;
  };
  const bool may_write = os::NowNanos() >= no_writing_before_;
  for (const uint64_t index : indices) {
    Entry& entry = control_.entry(index);
    if (entry.spill.load(std::memory_order_relaxed) != 0) {
      const uint64_t bytes = ObjectBytes(entry);
      if (sweeper_->Evict(index)) leaving += bytes;
      continue;
    }
    if (!may_write) continue;
    // From here on the bytes stay where they are until they are written, whatever happens to the object.
    // Where that is can only be read now: before, its creator may have freed it and made another.
    control_.pins(kServer)[index].fetch_add(1, std::memory_order_seq_cst);
    Word word(entry.word.load(std::memory_order_seq_cst));
    const bool stays =
        Validate(entry, word.generation(), &word) != Found::kSealed || !MayLeaveMemory(entry);
    const uint64_t bytes = ObjectBytes(entry);
    const uint64_t offset = entry.offset.load(std::memory_order_relaxed);
    const uint64_t limit = files_->limit();
    const bool outside = bytes > data_->size() || offset > data_->size() - bytes;  // fsck says so
    if (stays || outside ||
        (limit != 0 && files_->bytes_on_disk() + to_write + SpillRecordBytes(bytes) > limit)) {
      Unpin(index);
      continue;
    }
    job.items.push_back(ItemOf(index));
    job.items.back().from = data_->data() + offset;
    ++writing_;
    control_.header().served.bytes_spilling.fetch_add(bytes, std::memory_order_relaxed);
    leaving += bytes;
    to_write += SpillRecordBytes(bytes);
    if (to_write >= kBatchBytes) hand_in();
  }
  hand_in();
  return leaving;
}

void Spiller::Written(const SpillJob& job) {
  if (!job.outcome.ok()) NoteTrouble();
  for (const SpillItem& item : job.items) {
    const uint64_t index = item.id.index();
    --writing_;
    control_.header().served.bytes_spilling.fetch_sub(item.bytes, std::memory_order_relaxed);
    if (job.outcome.ok()) {
      control_.entry(index).spill.store(item.place.bits(), std::memory_order_release);
      control_.header().served.bytes_spilled.fetch_add(item.bytes, std::memory_order_relaxed);
    }
    Unpin(index);
    if (job.outcome.ok()) (void)sweeper_->Evict(index);
  }
}

void Spiller::NoteTrouble() {
  control_.header().spill_failures.fetch_add(1, std::memory_order_relaxed);
  no_writing_before_ = os::NowNanos() + kPauseNanos;
}

// ---- back into memory -----------------------------------------------------------------------------------

void Spiller::Restore(uint64_t index) {
  if (!known_.insert(index).second) return;
  to_restore_.push_back(index);
}

Spiller::Wanted Spiller::wanted() const {
  Wanted wanted;
  uint64_t sum = 0;
  for (const uint64_t index : to_restore_) {
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

bool Spiller::Allocate(Entry& entry, uint64_t bytes, uint64_t place) {
  if (heap_.Allocate(bytes, entry, place)) return true;
  const Run run = heap_.Lease(bytes, false);
  if (run.count == 0) return false;
  for (uint64_t extent = run.first; extent < run.first + run.count; ++extent) {
    const bool backed = (control_.extent(extent).load(std::memory_order_acquire) & kExtentReserved) != 0;
    if (!backed && !reserve_(extent)) break;
  }
  return heap_.Commit(run, true) == 0 && heap_.Allocate(bytes, entry, place);
}

// Returns false when there is no room for it.
bool Spiller::TryRestore(uint64_t index) {
  Entry& entry = control_.entry(index);
  uint64_t bits = entry.word.load(std::memory_order_seq_cst);
  const Word word(bits);
  if (word.state() != State::kSpilled || word.has(Word::kDeleted) || !Pinned(index)) {
    sweeper_->Add(index);  // nobody waits any more, or it is to go
    return true;
  }
  const SpillItem item = ItemOf(index);
  if (!entry.word.compare_exchange_strong(bits, word.As(State::kRestoring).bits(),
                                          std::memory_order_seq_cst)) {
    return TryRestore(index);
  }
  if (!Allocate(entry, item.bytes, item.id.place)) {
    bits = entry.word.load(std::memory_order_relaxed);
    while (!entry.word.compare_exchange_weak(bits, Word(bits).As(State::kSpilled).bits(),
                                             std::memory_order_seq_cst)) {
    }
    return false;
  }
  SpillJob job;
  job.items.push_back(item);
  const uint64_t offset = entry.offset.load(std::memory_order_relaxed);
  if (!heap_.CanWrite(offset, item.bytes)) {  // somebody has written into the entry since
    sweeper_->MarkLost(index, ATOLL_LOST_DAMAGED);
    return true;
  }
  job.to = window_.data() + offset;
  threads_.HandIn(std::move(job));
  return true;
}

void Spiller::HaveRead(const SpillJob& job) {
  const uint64_t index = job.items[0].id.index();
  if (job.outcome.ok()) {
    sweeper_->Restored(index);
  } else {
    const bool damaged = job.outcome.code() == ATOLL_CORRUPT;
    sweeper_->MarkLost(index, damaged ? ATOLL_LOST_DAMAGED : ATOLL_LOST_UNREADABLE);
  }
}

bool Spiller::Poll(bool may_restore) {
  bool moved = false;
  for (const SpillJob& job : threads_.TakeDone()) {
    moved = true;
    if (job.writes()) {
      Written(job);
    } else {
      HaveRead(job);
    }
  }
  while (may_restore && !to_restore_.empty() && TryRestore(to_restore_.front())) {
    known_.erase(to_restore_.front());
    to_restore_.pop_front();
    moved = true;
  }
  return moved;
}

}  // namespace atollstore
