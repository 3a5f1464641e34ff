#include "spill/evictor.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "layout/location.h"
#include "spill/spill_item.h"

namespace atollstore {
namespace {

constexpr uint64_t kBatchBytes = 256 << 20;     // in one file
constexpr uint64_t kFileBytes = 2 * kSpillBlock;  // of a file beside its records, at its begin and end
constexpr int64_t kPauseNanos = 1'000'000'000;  // before a disk in trouble is asked again

}  // namespace

void Evictor::Unpin(uint64_t index) {
  control_.pins(kServer)[index].fetch_sub(1, std::memory_order_seq_cst);
  const Word word(control_.entry(index).word.load(std::memory_order_seq_cst));
  if (word.has(Word::kDoomed | Word::kDeleted)) sweeper_->Add(index);
}

uint64_t Evictor::Evict(uint64_t bytes) {
  std::vector<uint64_t> victims;
  uint64_t sum = 0;
  while (sum < std::min(bytes, kBatchBytes)) {
    // Those that were pinned are all looked at only when nobody else goes.
    const uint64_t index = sieve_.Next(victims.empty());
    if (index == Sieve::kNone || std::find(victims.begin(), victims.end(), index) != victims.end()) break;
    victims.push_back(index);
    sum += BlockBytes(classes_, ObjectBytes(control_.entry(index)));
  }
  return EvictThese(victims);
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

uint64_t Evictor::EvictThese(const std::vector<uint64_t>& indices) {
  uint64_t leaving = 0;
  uint64_t batch_bytes = 0;
  SpillJob job;
  const auto hand_in = [&] {
    if (!job.items.empty()) threads_->HandIn(std::exchange(job, {}));
    batch_bytes = 0;
  };
  const bool disk_rests = os::NowNanos() < no_writing_before_;
  for (const uint64_t index : indices) {
    if (control_.entry(index).spill.load(std::memory_order_relaxed) != 0) {
      const uint64_t bytes = ObjectBytes(control_.entry(index));
      if (sweeper_->Evict(index)) leaving += bytes;
      continue;
    }
    if (disk_rests) continue;
    const SpillItem item = PinToWrite(index);
    if (item.from == nullptr) continue;
    const uint64_t record_bytes = SpillRecordBytes(item.bytes);
    // So an object of more than a batch has a file of its own.
    if (batch_bytes + record_bytes > kBatchBytes) hand_in();
    batch_bytes += record_bytes;
    record_bytes_writing_ += record_bytes + (job.items.empty() ? kFileBytes : 0);
    ++writing_;
    control_.header().served.bytes_spilling.fetch_add(item.bytes, std::memory_order_relaxed);
    leaving += item.bytes;
    job.items.push_back(item);
  }
  hand_in();
  return leaving;
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
