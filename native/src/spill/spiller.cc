#include "spill/spiller.h"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace atollstore {
namespace {

constexpr uint64_t kBatchBytes = 256 << 20;     // in one file
constexpr int64_t kFillNanos = 1'000'000;  // for the page tables of what is read back
constexpr int64_t kPauseNanos = 1'000'000'000;  // before a disk in trouble is asked again

}  // namespace

Spiller::Spiller(const Control& control, const os::Mapping* data, std::unique_ptr<os::Mapping> window,
                 std::unique_ptr<ClientHeap> heap, Sweeper* sweeper, std::unique_ptr<SpillFiles> files,
                 int wake_fd, std::function<bool(uint64_t extent)> reserve)
    : control_(control),
      data_(data),
      sweeper_(sweeper),
      reserve_(std::move(reserve)),
      files_(std::move(files)),
      classes_(control.geometry().slabs_per_extent()),
      window_(std::move(window)),
      heap_(std::move(heap)),
      sieve_(control_),
      threads_(files_.get(), wake_fd) {
  sweeper_->UseSpillFiles(files_.get());
  const std::string& path = files_->directory().path();
  control_.spill().directory.Write(path.size() > SpillHeader::kMostPath ? "" : path);
  control_.spill().trouble.Write("");
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

bool Spiller::Pinned(uint64_t index) const { return atollstore::Pinned(control_, index); }

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
  const uint64_t high = control_.entries_high();
  const auto extents_of = [&](const Entry& entry) {
    const uint64_t offset = std::min(entry.offset.load(std::memory_order_relaxed), g.capacity() - 1);
    const uint64_t last = offset + std::clamp<uint64_t>(ObjectBytes(entry), 1, g.capacity() - offset) - 1;
    return std::pair(offset / g.extent_bytes(), last / g.extent_bytes());
  };
  // Of each extent: the bytes of all objects that reach into it, and how many of these cannot leave.
  struct Cost {
    uint64_t bytes, stay;
  };
  std::vector<Cost> costs(g.extents());
  for (uint64_t i = 0; i < high; ++i) {
    const Entry& entry = control_.entry(i);
    if (entry.block.load(std::memory_order_acquire) == 0) continue;
    const bool stays = !MayLeaveMemory(entry) || Pinned(i);
    const auto [first, last] = extents_of(entry);
    for (uint64_t e = first; e <= last; ++e) {
      costs[e].bytes += ObjectBytes(entry);
      costs[e].stay += stays;
    }
  }
  Cost sum{};
  uint64_t best = UINT64_MAX, begin = 0;
  for (uint64_t end = 1; end <= g.extents(); ++end) {
    sum = {sum.bytes + costs[end - 1].bytes, sum.stay + costs[end - 1].stay};
    if (end < extents) continue;
    if (sum.stay == 0 && sum.bytes != 0 && sum.bytes < best) {
      best = sum.bytes;
      begin = end - extents;
    }
    sum = {sum.bytes - costs[end - extents].bytes, sum.stay - costs[end - extents].stay};
  }
  if (best == UINT64_MAX) return 0;
  std::vector<uint64_t> victims;
  for (uint64_t i = 0; i < high; ++i) {
    const Entry& entry = control_.entry(i);
    if (entry.block.load(std::memory_order_acquire) == 0 || !MayLeaveMemory(entry)) continue;
    const auto [first, last] = extents_of(entry);
    if (first < begin + extents && last >= begin) victims.push_back(i);
  }
  return Begin(victims);
}

// From here on the bytes stay where they are until they are written, whatever happens to the object. Where
// that is can only be read now: before, its creator may have freed it and made another.
const uint8_t* Spiller::PinToWrite(uint64_t index) {
  Entry& entry = control_.entry(index);
  control_.pins(kServer)[index].fetch_add(1, std::memory_order_seq_cst);
  Word word(entry.word.load(std::memory_order_seq_cst));
  const bool stays = Validate(entry, word.generation(), &word) != Found::kSealed || !MayLeaveMemory(entry);
  const uint64_t bytes = ObjectBytes(entry);
  const uint64_t offset = entry.offset.load(std::memory_order_relaxed);
  const bool outside = bytes > data_->size() || offset > data_->size() - bytes;  // fsck says so
  if (!stays && !outside && MayWrite(bytes)) return data_->data() + offset;
  Unpin(index);
  return nullptr;
}

bool Spiller::MayWrite(uint64_t bytes) {
  const uint64_t used = files_->bytes_on_disk() + record_bytes_writing_, more = SpillRecordBytes(bytes);
  if (files_->limit() == 0 || used + more <= files_->limit()) return true;
  char text[100];
  std::snprintf(text, sizeof(text), "%lu of %lu bytes on disk are in use", used, files_->limit());
  control_.spill().trouble.Write(text);
  return false;
}

uint64_t Spiller::Begin(const std::vector<uint64_t>& indices) {
  uint64_t leaving = 0;
  uint64_t batch_bytes = 0;
  SpillJob job;
  const auto hand_in = [&] {
    if (!job.items.empty()) threads_.HandIn(std::exchange(job, {}));
    batch_bytes = 0;
  };
  const bool disk_rests = os::NowNanos() < no_writing_before_;
  for (const uint64_t index : indices) {
    if (control_.entry(index).spill.load(std::memory_order_relaxed) != 0) {
      const uint64_t bytes = ObjectBytes(control_.entry(index));
      if (sweeper_->Evict(index)) leaving += bytes;
      continue;
    }
    const uint8_t* from = disk_rests ? nullptr : PinToWrite(index);
    if (from == nullptr) continue;
    SpillItem item = ItemOf(index);
    item.from = from;
    const uint64_t record_bytes = SpillRecordBytes(item.bytes);
    // So an object of more than a batch has a file of its own.
    if (batch_bytes + record_bytes > kBatchBytes) hand_in();
    batch_bytes += record_bytes;
    record_bytes_writing_ += record_bytes;
    ++writing_;
    control_.header().served.bytes_spilling.fetch_add(item.bytes, std::memory_order_relaxed);
    leaving += item.bytes;
    job.items.push_back(item);
  }
  hand_in();
  return leaving;
}

void Spiller::Written(const SpillJob& job) {
  const bool written = job.outcome.ok();
  ServerCounters& served = control_.header().served;
  for (const SpillItem& item : job.items) {
    --writing_;
    record_bytes_writing_ -= SpillRecordBytes(item.bytes);
    served.bytes_spilling.fetch_sub(item.bytes, std::memory_order_relaxed);
    if (written) files_->Adopt(item.place, item.bytes);  // all, before the first may be released
  }
  NoteOutcome(job);
  for (const SpillItem& item : job.items) {
    const uint64_t index = item.id.index();
    if (written) {
      control_.entry(index).spill.store(item.place.bits(), std::memory_order_release);
      served.bytes_spilled.fetch_add(item.bytes, std::memory_order_relaxed);
    }
    Unpin(index);
    if (written) (void)sweeper_->Evict(index);
  }
}

// For whoever waits for room and does not get it.
void Spiller::NoteOutcome(const SpillJob& job) {
  control_.spill().trouble.Write(job.outcome.ok() ? "" : job.failure);
  if (job.outcome.ok()) return;
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
  if (heap_->Allocate(bytes, entry, place)) return true;
  const Run run = heap_->Lease(bytes, false);
  if (run.count == 0) return false;
  for (uint64_t extent = run.first; extent < run.first + run.count; ++extent) {
    const bool backed = (control_.extent(extent).load(std::memory_order_acquire) & kExtentReserved) != 0;
    if (!backed && !reserve_(extent)) break;
  }
  return heap_->Commit(run, os::Deadline::After(kFillNanos)).ok() && heap_->Allocate(bytes, entry, place);
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
    BackToDisk(entry);
    return false;
  }
  SpillJob job;
  job.kind = SpillJob::Kind::kRead;
  job.items.push_back(item);
  const uint64_t offset = entry.offset.load(std::memory_order_relaxed);
  if (!heap_->CanWrite(offset, item.bytes)) {  // somebody has written into the entry since
    sweeper_->MarkLost(index, ATOLL_LOST_DAMAGED);
    return true;
  }
  job.to = window_->data() + offset;
  threads_.HandIn(std::move(job));
  return true;
}

// What becomes of an object whose record could not be read.
atoll_lost_reason Spiller::ReasonOf(const SpillJob& job) {
  return job.outcome.code() == ATOLL_CORRUPT ? ATOLL_LOST_DAMAGED : ATOLL_LOST_UNREADABLE;
}

void Spiller::HaveRead(const SpillJob& job) {
  const uint64_t index = job.items[0].id.index();
  if (job.outcome.ok()) return sweeper_->Restored(index);
  // For want of descriptors or memory of this process: that passes, and the record is as good as it was.
  if (job.outcome.code() != ATOLL_OUT_OF_MEMORY) return sweeper_->MarkLost(index, ReasonOf(job));
  Entry& entry = control_.entry(index);
  (void)FreeBlock(control_, entry, job.items[0].id.place);
  BackToDisk(entry);
  Restore(index);
}

void Spiller::BackToDisk(Entry& entry) {
  uint64_t bits = entry.word.load(std::memory_order_relaxed);
  while (!entry.word.compare_exchange_weak(bits, Word(bits).As(State::kSpilled).bits(),
                                           std::memory_order_seq_cst)) {
  }
}

void Spiller::Check(uint64_t index, uint64_t generation) {
  const Word word(control_.entry(index).word.load(std::memory_order_acquire));
  if (word.state() != State::kSpilled || word.generation() != generation) return;
  if (!checking_.insert(index).second) return;
  SpillJob job;
  job.kind = SpillJob::Kind::kCheck;
  job.items.push_back(ItemOf(index));
  threads_.HandIn(std::move(job));
}

void Spiller::HaveChecked(const SpillJob& job) {
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

bool Spiller::Poll(bool may_restore) {
  bool moved = false;
  for (const SpillJob& job : threads_.TakeDone()) {
    moved = true;
    switch (job.kind) {
      case SpillJob::Kind::kWrite:
        Written(job);
        break;
      case SpillJob::Kind::kRead:
        HaveRead(job);
        break;
      case SpillJob::Kind::kCheck:
        HaveChecked(job);
        break;
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
