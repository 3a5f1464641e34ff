#include "spill/evictor.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "layout/location.h"
#include "server/slice.h"
#include "spill/spill_item.h"

namespace atollstore {
namespace {

constexpr uint64_t kBatchBytes = 256 << 20;     // in one file
constexpr uint64_t kFileBytes = 2 * kSpillBlock;  // of a file beside its records, at its begin and end
constexpr uint64_t kLooksAtOnce = 1024;         // between two looks at the clock
constexpr int64_t kPauseNanos = 1'000'000'000;  // before a disk in trouble is asked again

}  // namespace

void Evictor::Unpin(uint64_t index) {
  control_.pins(kServer)[index].fetch_sub(1, std::memory_order_seq_cst);
  const Word word(control_.entry(index).word.load(std::memory_order_seq_cst));
  if (word.has(Word::kDoomed | Word::kDeleted)) sweeper_->Add(index);
}

uint64_t Evictor::Evict(uint64_t bytes) {
  if (to_choose_ == 0) {
    chosen_.assign(control_.entries_high(), false);
    any_chosen_ = false;
    looks_before_ = sieve_.looks();
  }
  to_choose_ = std::max(to_choose_, std::min(bytes, kBatchBytes));
  const uint64_t leaving = DoSlice();
  return leaving + to_choose_;
}

void Evictor::EvictThese(const std::vector<uint64_t>& indices) {
  these_.insert(these_.end(), indices.begin(), indices.end());
  (void)DoSlice();
}

bool Evictor::Go() {
  if (!choosing()) return false;
  (void)DoSlice();
  return true;
}

uint64_t Evictor::DoSlice() {
  const bool disk_rests = os::NowNanos() < no_writing_before_;
  uint64_t leaving = 0;
  for (Slice slice; choosing() && !slice.Over();) {
    uint64_t index;
    if (these_.empty()) {
      index = Choose();
    } else {
      index = these_.front();
      these_.pop_front();
    }
    if (index < Sieve::kLater) leaving += Begin(index, disk_rests);
    if (index == Sieve::kLater && slice.over()) break;
  }
  if (!choosing()) HandIn();
  return leaving;
}

// The same one again: the hand has come round.
uint64_t Evictor::Choose() {
  // Those that were pinned are all looked at only when nobody else goes.
  const bool twice_around = sieve_.looks() - looks_before_ > 2 * sieve_.queued();
  const uint64_t index = sieve_.Next(!any_chosen_, twice_around ? UINT64_MAX : kLooksAtOnce);
  if (index == Sieve::kLater) return index;
  if (index != Sieve::kNone && index >= chosen_.size()) chosen_.resize(index + 1);
  if (index == Sieve::kNone || chosen_[index]) {
    to_choose_ = 0;
    return Sieve::kNone;
  }
  any_chosen_ = chosen_[index] = true;
  looks_before_ = sieve_.looks();
  to_choose_ -= std::min(to_choose_, BlockBytes(classes_, ObjectBytes(control_.entry(index))));
  return index;
}

// From here on the bytes stay where they are until they are written, whatever happens to the object. Where
// that is can only be read now: before, its creator may have freed it and made another.
SpillItem Evictor::PinToWrite(uint64_t index) {
  Entry& entry = control_.entry(index);
  control_.pins(kServer)[index].fetch_add(1, std::memory_order_seq_cst);
  Word word(entry.word.load(std::memory_order_seq_cst));
  const bool stays = Validate(entry, word.generation(), &word) != Found::kSealed || !MayLeaveMemory(entry);
  SpillItem item = ItemOf(control_, index);
  const Location location(entry.location.load(std::memory_order_relaxed));
  // Else somebody has written into the entry; fsck says so.
  const bool fits = location.Fits({item.id.place, entry.block.load(std::memory_order_relaxed), item.size,
                                   item.tag, item.contained}) &&
                    item.size <= data_->size() && item.bytes <= data_->size() &&
                    location.offset() <= data_->size() - item.bytes;
  if (!stays && fits && MayWrite(item.bytes)) {
    item.from = data_->data() + location.offset();
  } else {
    Unpin(index);
  }
  return item;
}

bool Evictor::MayWrite(uint64_t bytes) {
  const uint64_t used = files_->bytes_on_disk() + record_bytes_writing_, more = SpillRecordBytes(bytes) + kFileBytes;
  if (files_->limit() == 0 || used + more <= files_->limit()) return true;
  char text[100];
  std::snprintf(text, sizeof(text), "%lu of %lu bytes on disk are in use", used, files_->limit());
  control_.spill().trouble.Write(text);
  return false;
}

uint64_t Evictor::Begin(uint64_t index, bool disk_rests) {
  if (control_.entry(index).spill.load(std::memory_order_relaxed) != 0) {
    const uint64_t bytes = ObjectBytes(control_.entry(index));
    return sweeper_->Evict(index) ? bytes : 0;
  }
  // It is being written already, or moved.
  if (disk_rests || control_.pins(kServer)[index].load(std::memory_order_relaxed) != 0) return 0;
  const SpillItem item = PinToWrite(index);
  if (item.from == nullptr) return 0;
  const uint64_t record_bytes = SpillRecordBytes(item.bytes);
  // So an object of more than a batch has a file of its own.
  if (batch_bytes_ + record_bytes > kBatchBytes) HandIn();
  batch_bytes_ += record_bytes;
  record_bytes_writing_ += record_bytes + (job_.items.empty() ? kFileBytes : 0);
  ++writing_;
  control_.header().served.bytes_spilling.fetch_add(item.bytes, std::memory_order_relaxed);
  job_.items.push_back(item);
  return item.bytes;
}

void Evictor::HandIn() {
  if (!job_.items.empty()) threads_->HandIn(std::exchange(job_, {}));
  batch_bytes_ = 0;
}

void Evictor::Written(const SpillJob& job) {
  const bool written = job.outcome.ok();
  record_bytes_writing_ -= kFileBytes;
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
void Evictor::NoteOutcome(const SpillJob& job) {
  control_.spill().trouble.Write(job.outcome.ok() ? "" : job.failure);
  if (job.outcome.ok()) return;
  control_.header().spill_failures.fetch_add(1, std::memory_order_relaxed);
  no_writing_before_ = os::NowNanos() + kPauseNanos;
}

}  // namespace atollstore
