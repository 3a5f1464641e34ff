#include "server/copier.h"

#include <algorithm>
#include <utility>

#include "heap/blocks.h"
#include "layout/location.h"
#include "os/copy.h"
#include "spill/sieve.h"

namespace atollstore {
namespace {

constexpr uint64_t kCopyAtOnce = 512 << 10;

}  // namespace

uint64_t Copier::offset() const { return Location(to_.location.load(std::memory_order_relaxed)).offset(); }

// The pin keeps the bytes there until the copy ends, whatever happens to the object.
Copier::Begun Copier::Begin(uint64_t index) {
  Entry& entry = control_.entry(index);
  if (!MayLeaveMemory(entry) || Pinned(control_, index)) return Begun::kStays;
  control_.pins(kServer)[index].fetch_add(1, std::memory_order_seq_cst);
  Word word(entry.word.load(std::memory_order_seq_cst));
  const bool stays = Validate(entry, word.generation(), &word) != Found::kSealed || !MayLeaveMemory(entry);
  const uint64_t place = ObjectId(0, index, word.generation()).place;
  const Location::Bound bound = Location::BoundOf(entry, place);
  const Location location(entry.location.load(std::memory_order_relaxed));
  const uint64_t bytes = ObjectBytes(bound.size, bound.contained), from = location.offset();
  // Else somebody has written into the entry; fsck says so.
  const bool fits = location.Fits(bound) && bound.size <= data_->size() && bytes <= data_->size() &&
                    from <= data_->size() - bytes;
  if (stays || !fits) {
    Unpin(index);
    return Begun::kStays;
  }
  to_.size.store(bound.size, std::memory_order_relaxed);
  to_.tag.store(bound.tag, std::memory_order_relaxed);
  to_.contained.store(bound.contained, std::memory_order_relaxed);
  index_ = index;
  place_ = place;
  from_ = from;
  bytes_ = bytes;
  done_ = 0;
  going_ = heap_->Allocate(bytes, to_, place) || (Grow(bytes) && heap_->Allocate(bytes, to_, place));
  if (going_) return Begun::kYes;
  Unpin(index);
  return leased_.count == 0 ? Begun::kNoRoom : Begun::kLater;
}

void Copier::Go() {
  const uint64_t bytes = std::min(kCopyAtOnce, bytes_ - done_);
  os::Copy(heap_->At(offset()) + done_, data_->data() + from_ + done_, bytes);
  done_ += bytes;
  if (done_ == bytes_) End(true);
}

void Copier::End(bool move) {
  going_ = false;
  if (move && sweeper_->Move(index_, to_)) {
    control_.header().served.moved.fetch_add(1, std::memory_order_relaxed);
    control_.header().served.bytes_moved.fetch_add(bytes_, std::memory_order_relaxed);
  } else {
    const uint64_t block = to_.block.load(std::memory_order_relaxed);
    if (FreeBlockWord(control_, block, place_)) MarkFreedSlab(control_, (block - 1) / kWordsPerSlab);
  }
  Unpin(index_);
}

void Copier::Unpin(uint64_t index) {
  control_.pins(kServer)[index].fetch_sub(1, std::memory_order_seq_cst);
  const Word word(control_.entry(index).word.load(std::memory_order_seq_cst));
  if (word.has(Word::kDoomed | Word::kDeleted)) sweeper_->Add(index);
}

// Leases extents for so much. Returns whether they can be used at once.
bool Copier::Grow(uint64_t bytes) {
  leased_ = heap_->Lease(bytes, true);
  if (leased_.count == 0 && !refused_) leased_ = heap_->Lease(bytes, false);
  return leased_.count != 0 && HasPages();
}

// Whether what was leased has memory, or can have none: then it is nobody's again.
bool Copier::HasPages() {
  bool backed = true;
  for (uint64_t extent = leased_.first; leased_.Has(extent); ++extent)
    backed = backed && (control_.extent(extent).load(std::memory_order_acquire) & kExtentReserved) != 0;
  if (!backed && reserver_->Back(kRestorer, leased_) == Reserver::Backing::kUnderWay) return false;
  refused_ = !heap_->Commit(std::exchange(leased_, {})) || refused_;
  return true;
}

void Copier::Stop() {
  if (going_) GiveUp();
  // What has memory by now is the heap's, and given back in the end.
  if (leased_.count != 0) (void)heap_->Commit(std::exchange(leased_, {}));
}

}  // namespace atollstore
