// The extents of a heap: leased, mapped, given back.
#include <algorithm>

#include "heap/client_heap.h"

namespace atollstore {
namespace {

// Page tables are filled in steps of so much, some 0.6 ms each.
constexpr uint64_t kFillAtOnce = 2 << 20;
// So much is given back in one go, and so many extents are looked at for it, while others wait for the lock.
constexpr uint64_t kGiveAtOnce = 16 << 20;
constexpr uint64_t kLookAtOnce = 4096;

}  // namespace

bool ClientHeap::CanWrite(uint64_t offset, uint64_t bytes) {
  const Geometry& g = control_.geometry();
  if (bytes > g.capacity() || offset > g.capacity() - bytes) return false;
  std::lock_guard lock(mutex_);
  for (uint64_t extent = offset / g.extent_bytes(); extent * g.extent_bytes() < offset + bytes; ++extent) {
    if (open_[extent] == 0) return false;
  }
  return true;
}

Run ClientHeap::Lease(uint64_t bytes, bool reserved_only) {
  const uint64_t extent_bytes = control_.geometry().extent_bytes();
  const uint64_t need = std::max<uint64_t>(1, bytes / extent_bytes + (bytes % extent_bytes != 0));
  if (need > control_.geometry().extents()) return {};
  std::lock_guard lock(mutex_);
  for (int tries = 0; tries < 16; ++tries) {
    const Run run = FindRun(need, reserved_only);
    if (run.count == 0) return {};
    if (!Take(run.first, run.first + run.count)) continue;  // somebody was faster
    SetAside(run.first, run.first + run.count);
    return run;
  }
  return {};
}

// Runs begin at multiples of their own length where they can: so those of one length, of which there tend to
// be many, leave no holes between them that are too short for another. Memory that is there already comes
// next.
Run ClientHeap::FindRun(uint64_t need, bool reserved_only) const {
  uint64_t best[4] = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};
  uint64_t free = 0, backed = 0;  // extents in a row, up to here
  for (uint64_t at = 0, extents = control_.geometry().extents(); at < extents; ++at) {
    const uint32_t word = control_.extent(at).load(std::memory_order_acquire);
    const uint32_t owner = word & kExtentOwnerMask;
    // A single extent is asked for because ours are not enough, a run may join free ones of ours.
    const bool usable = owner == 0 || (owner == me_ && need > 1 && ExtentFree(at));
    free = usable ? free + 1 : 0;
    backed = usable && (word & kExtentReserved) != 0 ? backed + 1 : 0;
    if (free < need) continue;
    const uint64_t first = at + 1 - need;
    const bool aligned = first % need == 0;
    if (aligned && backed >= need) return {first, need};
    uint64_t& found = best[(aligned ? 0 : 2) + (backed >= need ? 0 : 1)];
    found = std::min(found, first);
  }
  for (const uint64_t kind : {1, 2, 3}) {
    if (best[kind] != UINT64_MAX && (kind == 2 || !reserved_only)) return {best[kind], need};
  }
  return {};
}

// Free ones of ours, so that nobody gives them back before Commit().
void ClientHeap::SetAside(uint64_t first, uint64_t end) {
  for (uint64_t extent = first; extent < end; ++extent) {
    if (open_[extent] != 0) TakeSlabsAt(extent * slabs_per_extent_, slabs_per_extent_);
  }
}

bool ClientHeap::Take(uint64_t first, uint64_t end) {
  uint64_t taken = first;
  for (; taken < end; ++taken) {
    if (open_[taken] != 0) continue;
    uint32_t now = control_.extent(taken).load(std::memory_order_relaxed);
    bool mine = false;
    while ((now & kExtentOwnerMask) == 0 && !mine) {
      // acquire; pairs with the release in Disown(): we come after the last write of the owner before us.
      mine = control_.extent(taken).compare_exchange_weak(now, now | me_, std::memory_order_acq_rel);
    }
    if (!mine) break;
  }
  if (taken == end) {
    control_.header().extent_moves.fetch_add(1, std::memory_order_seq_cst);
    return true;
  }
  for (uint64_t undo = first; undo < taken; ++undo) {
    if (open_[undo] == 0) Disown(undo, undo + 1);
  }
  return false;
}

// release; whoever has them next comes after our last write.
void ClientHeap::Disown(uint64_t first, uint64_t end) {
  for (uint64_t extent = first; extent < end; ++extent) {
    control_.extent(extent).fetch_and(~kExtentOwnerMask, std::memory_order_release);
  }
}

Run ClientHeap::LeaseBehind(uint64_t block, uint64_t new_bytes) {
  std::lock_guard lock(mutex_);
  const uint64_t head = LargeAt(block);
  const uint64_t slabs = (new_bytes + kSlabBytes - 1) / kSlabBytes;
  if (head == UINT64_MAX || head + slabs > control_.geometry().slabs()) return {};
  const uint64_t new_end = head + slabs;
  const auto first_taken = [&](uint64_t slab) {
    while (slab < new_end && free_.IsFree(slab)) ++slab;
    return slab;
  };
  const uint64_t slab = first_taken(head + spans_[head].slabs);
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

// One mapping for all of them; the kernel joins it with its neighbours.
Status ClientHeap::MapExtents(uint64_t first, uint64_t end, const os::Deadline& deadline) {
  const uint64_t extent_bytes = control_.geometry().extent_bytes();
  const uint64_t stop = end * extent_bytes;
  ATOLL_RETURN_IF_ERROR(window_->MapPart(*data_, first * extent_bytes, stop - first * extent_bytes));
  for (uint64_t at = first * extent_bytes; at < stop && !deadline.passed();) {
    const uint64_t bytes = std::min(kFillAtOnce, stop - at);
    window_->Populate(at, bytes, os::Mapping::Access::kReadWrite);
    at += bytes;
  }
  return {};
}

Status ClientHeap::Commit(const Run& run, const os::Deadline& deadline) {
  const uint64_t end = run.first + run.count;
  Status status;
  uint64_t at = run.first;
  while (at < end && status.ok()) {
    // Nobody else changes what is told of extents that are set aside.
    if (open_[at] != 0) {  // was ours before
      ++at;
      continue;
    }
    uint64_t next = at;
    while (next < end && open_[next] == 0 &&
           (control_.extent(next).load(std::memory_order_acquire) & kExtentReserved) != 0) {
      ++next;
    }
    status = next == at ? Status(ATOLL_STORE_FULL) : MapExtents(at, next, deadline);
    if (status.ok()) at = next;
  }
  cannot_map_.store(status.code() == ATOLL_SYSTEM, std::memory_order_relaxed);
  std::lock_guard lock(mutex_);
  for (uint64_t extent = run.first; extent < end; ++extent) {
    if (open_[extent] == 0 && extent >= at) {
      Disown(extent, extent + 1);
      continue;
    }
    if (open_[extent] == 0) {
      owned_.fetch_add(control_.geometry().extent_bytes(), std::memory_order_relaxed);
      // The server may have given the pages of its words back to the OS.
      for (uint64_t i = 0; i < slabs_per_extent_; ++i) spans_[extent * slabs_per_extent_ + i].paid = 0;
    }
    open_[extent] = 1;
    FreeSlabs(extent * slabs_per_extent_, slabs_per_extent_);
  }
  return status;
}

// Takes some empty extents that lie together out of use, the last ones below `from`, which moves down.
Run ClientHeap::TakeEmpty(uint64_t* from, uint64_t keep) {
  const uint64_t bytes = control_.geometry().extent_bytes();
  std::lock_guard lock(mutex_);
  Run run;
  const auto may_go = [&] { return FreeBytes() >= keep + (run.count + 1) * bytes; };
  for (uint64_t looks = 0; *from > 0 && looks < kLookAtOnce; ++looks) {
    if (!may_go()) {
      *from = 0;
      break;
    }
    const bool empty = ExtentFree(*from - 1);
    if (!empty && run.count != 0) break;
    --*from;
    if (!empty) continue;
    run = {*from, run.count + 1};
    if (run.count * bytes >= kGiveAtOnce) break;
  }
  if (run.count == 0) return run;
  TakeSlabsAt(run.first * slabs_per_extent_, run.count * slabs_per_extent_);
  for (uint64_t extent = run.first; extent < run.first + run.count; ++extent) open_[extent] = 0;
  owned_.fetch_sub(run.count * bytes, std::memory_order_relaxed);
  return run;
}

uint64_t ClientHeap::GiveBack(uint64_t keep) {
  for (uint64_t taken = kLookAtOnce; taken == kLookAtOnce;) {
    std::lock_guard lock(mutex_);
    taken = TakeMarks(kNoClass, kLookAtOnce);
  }
  const uint64_t bytes = control_.geometry().extent_bytes();
  uint64_t given = 0;
  for (uint64_t from = control_.geometry().extents(); from > 0;) {
    const Run run = TakeEmpty(&from, keep);
    if (run.count == 0) continue;
    // Not without the lock of others: what we can still write to is not given away.
    if (!window_->UnmapPart(run.first * bytes, run.count * bytes).ok()) {
      std::lock_guard lock(mutex_);
      for (uint64_t extent = run.first; extent < run.first + run.count; ++extent) open_[extent] = 1;
      owned_.fetch_add(run.count * bytes, std::memory_order_relaxed);
      FreeSlabs(run.first * slabs_per_extent_, run.count * slabs_per_extent_);
      break;
    }
    Disown(run.first, run.first + run.count);
    given += run.count * bytes;
  }
  if (given != 0) control_.header().extent_moves.fetch_add(1, std::memory_order_seq_cst);
  return given;
}

}  // namespace atollstore
