#include "heap/client_heap.h"

#include <algorithm>

namespace atollstore {

namespace {

void Prefetch(const uint8_t* block, uint64_t bytes) {
  constexpr uint64_t kMost = 1024;
  for (uint64_t at = 0; at < bytes && at < kMost; at += 64) __builtin_prefetch(block + at, 1);
}

}  // namespace

bool FreeBlockWord(const Control& control, uint64_t block, uint64_t place) {
  // release; pairs with the acquire in TakeFrom(): whoever reuses the bytes comes after all who have left
  // them.
  return control.block_word(block - 1).compare_exchange_strong(place, 0, std::memory_order_acq_rel);
}

uint64_t FreeBlock(const Control& control, Entry& entry, uint64_t place) {
  const uint64_t block = entry.block.load(std::memory_order_relaxed);
  if (block == 0 || block > control.geometry().slabs() * kWordsPerSlab) return UINT64_MAX;
  const bool was_ours = FreeBlockWord(control, block, place);
  // Only now: an entry that no longer points to a word that still names it would lose the block.
  entry.block.store(0, std::memory_order_relaxed);
  if (!was_ours) return UINT64_MAX;
  const uint64_t slab = (block - 1) / kWordsPerSlab;
  control.slab_freed(slab).fetch_add(1, std::memory_order_release);
  return slab;
}

uint64_t ObjectBytes(const Entry& entry) {
  return ObjectBytes(entry.size.load(std::memory_order_relaxed),
                     entry.contained.load(std::memory_order_relaxed));
}

uint64_t BlockBytes(const SizeClasses& classes, uint64_t bytes) {
  const uint32_t c = classes.For(bytes);
  return c < classes.count() ? classes[c].bytes : (bytes + kSlabBytes - 1) / kSlabBytes * kSlabBytes;
}

ClientHeap::ClientHeap(const Control& control, uint32_t me, const os::SharedMemory* data, os::Mapping* window)
    : control_(control),
      me_(me),
      data_(data),
      window_(window),
      sizes_(control.geometry().slabs_per_extent()),
      slabs_per_extent_(control.geometry().slabs_per_extent()),
      classes_(sizes_.count()),
      free_((control.geometry().slabs() + 63) / 64),
      open_(control.geometry().extents()) {}

bool ClientHeap::Allocate(uint64_t bytes, Entry& entry, uint64_t place) {
  const uint32_t c = sizes_.For(bytes);
  std::lock_guard lock(mutex_);
  allocations_.store(allocations_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  if (c < sizes_.count()) {
    Class& list = classes_[c];
    if (TakeFromClass(list, entry, place)) return true;
    const SizeClass& size = sizes_[c];
    if (!NewSpan(list.spans, size.slabs, size.blocks, size.bytes)) return false;
    list.at = list.spans.size() - 1;
    return TakeFrom(list.spans.back(), entry, place);
  }
  Reclaim(large_);
  const uint64_t slabs = (bytes + kSlabBytes - 1) / kSlabBytes;
  if (!NewSpan(large_, slabs, 1, slabs * kSlabBytes)) return false;
  return TakeFrom(large_.back(), entry, place);
}

bool ClientHeap::TakeFrom(Span& span, Entry& entry, uint64_t place) {
  const uint64_t words = uint64_t{span.head} * kWordsPerSlab;
  for (;;) {
    while (span.cursor < span.blocks) {
      const uint32_t i = span.cursor++;
      u64& word = control_.block_word(words + i);
      if (word.load(std::memory_order_acquire) != 0) continue;  // pairs with FreeBlock()
      entry.offset.store(span.head * kSlabBytes + i * span.bytes, std::memory_order_relaxed);
      entry.block.store(words + i + 1, std::memory_order_relaxed);
      // release; whoever finds the word also finds the entry pointing back.
      word.store(place, std::memory_order_release);
      // The next one of this size will be written soon; what was freed long ago has left the caches.
      if (i + 1 < span.blocks)
        Prefetch(window_->data() + span.head * kSlabBytes + (i + 1) * span.bytes, span.bytes);
      return true;
    }
    const uint32_t freed = control_.slab_freed(span.head).load(std::memory_order_acquire);
    if (freed == span.seen) return false;
    span.seen = freed;
    span.cursor = 0;
  }
}

bool ClientHeap::TakeFromClass(Class& c, Entry& entry, uint64_t place) {
  // A full turn is only worth it when the list is short; a long one is walked over many calls.
  const size_t tries = std::min<size_t>(c.spans.size(), 64);
  for (size_t i = 0; i < tries; ++i) {
    if (c.at >= c.spans.size()) c.at = 0;
    if (TakeFrom(c.spans[c.at], entry, place)) return true;
    ++c.at;
  }
  return false;
}

bool ClientHeap::NewSpan(std::vector<Span>& spans, uint64_t slabs, uint64_t blocks, uint64_t bytes) {
  uint64_t head;
  if (!TakeSlabs(slabs, &head)) {
    ReclaimAll();
    if (!TakeSlabs(slabs, &head)) return false;
  }
  const uint32_t freed = control_.slab_freed(head).load(std::memory_order_acquire);
  spans.push_back({static_cast<uint32_t>(head), static_cast<uint32_t>(slabs), static_cast<uint32_t>(blocks),
                   0, freed, 0, bytes});
  return true;
}

bool ClientHeap::TakeSlabs(uint64_t count, uint64_t* first) {
  if (count > free_slabs_.load(std::memory_order_relaxed)) return false;
  uint64_t run = 0;
  for (uint64_t slab = 0, end = control_.geometry().slabs(); slab < end; ++slab) {
    if (slab % 64 == 0 && free_[slab / 64] == 0) {
      run = 0;
      slab += 63;
      continue;
    }
    run = SlabFree(slab) ? run + 1 : 0;
    if (run == count) {
      *first = slab + 1 - count;
      SetFree(*first, count, false);
      return true;
    }
  }
  return false;
}

void ClientHeap::SetFree(uint64_t first, uint64_t count, bool free) {
  for (uint64_t slab = first; slab < first + count; ++slab) {
    const uint64_t bit = uint64_t{1} << (slab % 64);
    if (free) {
      free_[slab / 64] |= bit;
    } else {
      free_[slab / 64] &= ~bit;
    }
  }
  free_slabs_.fetch_add(free ? count : -count, std::memory_order_relaxed);
}

bool ClientHeap::Empty(Span& span) const {
  const uint64_t words = uint64_t{span.head} * kWordsPerSlab;
  const auto used = [&](uint32_t block) {
    return control_.block_word(words + block).load(std::memory_order_acquire) != 0;  // pairs with FreeBlock()
  };
  // Nearly always one look is enough.
  if (used(span.live)) return false;
  for (uint32_t block = 0; block < span.blocks; ++block) {
    if (!used(block)) continue;
    span.live = block;
    return false;
  }
  return true;
}

void ClientHeap::Reclaim(std::vector<Span>& spans) {
  for (size_t i = 0; i < spans.size();) {
    if (!Empty(spans[i])) {
      ++i;
      continue;
    }
    SetFree(spans[i].head, spans[i].slabs, true);
    spans[i] = spans.back();
    spans.pop_back();
  }
}

void ClientHeap::ForgetHints() {
  std::lock_guard lock(mutex_);
  for (Class& c : classes_) {
    for (Span& span : c.spans) span.cursor = 0;
  }
}

void ClientHeap::ReclaimAll() {
  Reclaim(large_);
  for (Class& c : classes_) Reclaim(c.spans);
}

bool ClientHeap::CanWrite(uint64_t offset, uint64_t bytes) {
  const Geometry& g = control_.geometry();
  if (bytes > g.capacity() || offset > g.capacity() - bytes) return false;
  std::lock_guard lock(mutex_);
  for (uint64_t extent = offset / g.extent_bytes(); extent * g.extent_bytes() < offset + bytes; ++extent) {
    if (open_[extent] == 0) return false;
  }
  return true;
}

bool ClientHeap::ExtentFree(uint64_t extent) const {
  if (open_[extent] == 0) return false;
  for (uint64_t i = 0; i < slabs_per_extent_; ++i) {
    if (!SlabFree(extent * slabs_per_extent_ + i)) return false;
  }
  return true;
}

Run ClientHeap::Lease(uint64_t bytes, bool reserved_only) {
  const uint64_t extent_bytes = control_.geometry().extent_bytes();
  const uint64_t need = std::max<uint64_t>(1, (bytes + extent_bytes - 1) / extent_bytes);
  const uint64_t extents = control_.geometry().extents();
  if (need > extents) return {};
  std::lock_guard lock(mutex_);
  // Runs begin at multiples of their own length where they can: so those of one length, of which there tend
  // to be many, leave no holes between them that are too short for another. Memory that is there already
  // comes next.
  for (const uint64_t step : {need, uint64_t{1}}) {
    for (const bool reserved : {true, false}) {
      if (reserved_only && !reserved) continue;
      const Run run = LeaseAt(step, need, reserved);
      if (run.count != 0) return run;
    }
  }
  return {};
}

Run ClientHeap::LeaseAt(uint64_t step, uint64_t need, bool reserved) {
  for (uint64_t at = 0, run = 0, extents = control_.geometry().extents(); at < extents; ++at) {
    const uint32_t word = control_.extent(at).load(std::memory_order_acquire);
    const bool free = (word & kExtentOwnerMask) == 0 && (!reserved || (word & kExtentReserved) != 0);
    // A single extent is asked for because ours are not enough, a run may join free ones of ours.
    run = free || (need > 1 && ExtentFree(at)) ? run + 1 : 0;
    const uint64_t first = at + 1 - need;
    if (run < need || first % step != 0) continue;
    if (Take(first, at + 1)) {
      SetAside(first, at + 1);
      return {first, need};
    }
    run = 0;
  }
  return {};
}

// Free ones of ours, so that nobody gives them back before Commit().
void ClientHeap::SetAside(uint64_t first, uint64_t end) {
  for (uint64_t extent = first; extent < end; ++extent) {
    if (open_[extent] != 0) SetFree(extent * slabs_per_extent_, slabs_per_extent_, false);
  }
}

bool ClientHeap::Take(uint64_t first, uint64_t end) {
  uint64_t taken = first;
  for (; taken < end; ++taken) {
    if (open_[taken] != 0) continue;
    uint32_t now = control_.extent(taken).load(std::memory_order_relaxed);
    bool mine = false;
    while ((now & kExtentOwnerMask) == 0 && !mine) {
      mine = control_.extent(taken).compare_exchange_weak(now, now | me_, std::memory_order_acq_rel);
    }
    if (!mine) break;
  }
  if (taken == end) {
    control_.header().extent_moves.fetch_add(1, std::memory_order_seq_cst);
    return true;
  }
  for (uint64_t undo = first; undo < taken; ++undo) {  // somebody was faster
    if (open_[undo] == 0) control_.extent(undo).fetch_and(~kExtentOwnerMask, std::memory_order_release);
  }
  return false;
}

ClientHeap::Span* ClientHeap::LargeAt(uint64_t block) {
  const auto found = std::find_if(large_.begin(), large_.end(), [&](const Span& span) {
    return uint64_t{span.head} * kWordsPerSlab == block - 1;
  });
  return found == large_.end() ? nullptr : &*found;
}

bool ClientHeap::Resize(uint64_t block, uint64_t old_bytes, uint64_t new_bytes) {
  const uint32_t before = sizes_.For(old_bytes), after = sizes_.For(new_bytes);
  if (before != after) return false;
  if (after < sizes_.count()) return true;
  const uint64_t slabs = (new_bytes + kSlabBytes - 1) / kSlabBytes;
  std::lock_guard lock(mutex_);
  Span* span = LargeAt(block);
  if (span == nullptr) return false;
  const uint64_t end = uint64_t{span->head} + span->slabs, new_end = span->head + slabs;
  if (new_end < end) {
    SetFree(new_end, end - new_end, true);
  } else {
    if (new_end > control_.geometry().slabs()) return false;
    for (uint64_t slab = end; slab < new_end; ++slab) {
      if (!SlabFree(slab)) return false;
    }
    SetFree(end, new_end - end, false);
  }
  span->slabs = static_cast<uint32_t>(slabs);
  span->bytes = slabs * kSlabBytes;
  return true;
}

Run ClientHeap::LeaseBehind(uint64_t block, uint64_t new_bytes) {
  std::lock_guard lock(mutex_);
  const Span* span = LargeAt(block);
  const uint64_t slabs = (new_bytes + kSlabBytes - 1) / kSlabBytes;
  if (span == nullptr || span->head + slabs > control_.geometry().slabs()) return {};
  const uint64_t new_end = span->head + slabs;
  const auto first_taken = [&](uint64_t slab) {
    while (slab < new_end && SlabFree(slab)) ++slab;
    return slab;
  };
  const uint64_t slab = first_taken(uint64_t{span->head} + span->slabs);
  // What is not free begins with an extent that is not ours; ours behind it are free as far as they are
  // needed.
  const uint64_t first = slab / slabs_per_extent_;
  uint64_t end = (new_end + slabs_per_extent_ - 1) / slabs_per_extent_;
  if (slab % slabs_per_extent_ != 0 || first >= end) return {};
  if (open_[end - 1] != 0 && !ExtentFree(end - 1)) {
    --end;
    if (first_taken(end * slabs_per_extent_) < new_end) return {};
  }
  for (uint64_t extent = first; extent < end; ++extent) {
    if (open_[extent] != 0 && !ExtentFree(extent)) return {};
  }
  if (first >= end || !Take(first, end)) return {};
  SetAside(first, end);
  return {first, end - first};
}

uint64_t ClientHeap::Commit(const Run& run, bool populate) {
  uint64_t given_back = 0;
  const uint64_t bytes = control_.geometry().extent_bytes();
  for (uint64_t extent = run.first; extent < run.first + run.count; ++extent) {
    {
      std::lock_guard lock(mutex_);
      if (open_[extent] != 0) {  // was ours before
        SetFree(extent * slabs_per_extent_, slabs_per_extent_, true);
        continue;
      }
    }
    const bool reserved = (control_.extent(extent).load(std::memory_order_acquire) & kExtentReserved) != 0;
    if (!reserved || !window_->MapPart(*data_, extent * bytes, bytes).ok()) {
      control_.extent(extent).fetch_and(~kExtentOwnerMask, std::memory_order_release);
      ++given_back;
      continue;
    }
    if (populate) window_->Populate(extent * bytes, bytes, os::Mapping::Access::kReadWrite);
    std::lock_guard lock(mutex_);
    open_[extent] = 1;
    owned_.fetch_add(bytes, std::memory_order_relaxed);
    SetFree(extent * slabs_per_extent_, slabs_per_extent_, true);
  }
  return given_back;
}

uint64_t ClientHeap::GiveBack(uint64_t keep) {
  const uint64_t bytes = control_.geometry().extent_bytes();
  uint64_t given = 0;
  std::lock_guard lock(mutex_);
  ReclaimAll();
  for (uint64_t extent = control_.geometry().extents(); extent-- > 0 && FreeBytes() >= keep + bytes;) {
    if (!ExtentFree(extent)) continue;
    SetFree(extent * slabs_per_extent_, slabs_per_extent_, false);
    open_[extent] = 0;
    owned_.fetch_sub(bytes, std::memory_order_relaxed);
    (void)window_->UnmapPart(extent * bytes, bytes);
    // release; the next owner comes after our last write.
    control_.extent(extent).fetch_and(~kExtentOwnerMask, std::memory_order_release);
    given += bytes;
  }
  if (given != 0) control_.header().extent_moves.fetch_add(1, std::memory_order_seq_cst);
  return given;
}

}  // namespace atollstore
