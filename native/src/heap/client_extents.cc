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

template <typename F>
Run ClientHeap::LeaseFound(F&& find) {
  std::lock_guard lock(mutex_);
  for (int tries = 0; tries < 16; ++tries) {
    const Run run = find();
    if (run.count == 0) return {};
    if (!Take(run.first, run.first + run.count)) continue;  // somebody was faster
    SetAside(run.first, run.first + run.count);
    return run;
  }
  return {};
}

uint64_t ClientHeap::ExtentsFor(uint64_t bytes) const {
  const uint64_t extent_bytes = control_.geometry().extent_bytes();
  return std::max<uint64_t>(1, bytes / extent_bytes + (bytes % extent_bytes != 0));
}

Run ClientHeap::Lease(uint64_t bytes, bool reserved_only) {
  const uint64_t need = ExtentsFor(bytes);
  if (need > control_.geometry().extents()) return {};
  return LeaseFound([&] { return FindRun(need, reserved_only); });
}

Run ClientHeap::LeaseWell(uint64_t bytes, bool reserved_only) {
  const uint64_t need = ExtentsFor(bytes);
  if (need > control_.geometry().extents()) return {};
  return LeaseFound([&] {
    const Run run = FindRun(need, reserved_only);  // one that lies well, if there is such
    return run.count != 0 && LiesWell(run, control_.geometry().extents()) ? run : Run();
  });
}

Run ClientHeap::LeaseBetween(uint64_t bytes, bool reserved_only) {
  return LeaseFound([&] { return FindBetween(SlabsFor(bytes), reserved_only); });
}

// As near to an end of the store as can be: there it is in nobody's way.
Run ClientHeap::LeaseOneElsewhere(uint64_t first, uint64_t end) {
  const uint64_t extents = control_.geometry().extents();
  return LeaseFound([&] {
    for (uint64_t i = 0; i < extents; ++i) {
      const uint64_t at = i % 2 == 0 ? i / 2 : extents - 1 - i / 2;
      const bool goes = at >= first && at < end;
      if (!goes && control_.extent(at).load(std::memory_order_acquire) == kExtentReserved) return Run{at, 1};
    }
    return Run();
  });
}

bool ClientHeap::WouldHold(const Run& run, uint64_t bytes) {
  std::lock_guard lock(mutex_);
  uint64_t first = run.first * slabs_per_extent_, end = first + run.count * slabs_per_extent_;
  // What reaches into them goes, and what reaches out of them; an extent's length of it is all that helps.
  const auto within = [this](uint64_t slab) { return spans_[slab].kind == 0 && !free_.IsFree(slab); };
  const auto ours = [this](uint64_t slab) {
    return slab < control_.geometry().slabs() && open_[slab / slabs_per_extent_] != 0;
  };
  if (ours(first) && first > 0 && ours(first - 1) && within(first)) {
    const uint64_t least = first - slabs_per_extent_;
    while (first > least && within(first)) --first;
  }
  for (const uint64_t most = end + slabs_per_extent_; end < most && ours(end) && within(end);) ++end;
  return free_.FreeBefore(first) + (end - first) + free_.FreeFrom(end) >= SlabsFor(bytes);
}

// A single extent is asked for because ours are not enough, a run may join free ones of ours, unless those are a reserve.
Run ClientHeap::FindRun(uint64_t need, bool reserved_only) const {
  const bool joins = need > 1 && reserve_.load(std::memory_order_relaxed) == 0;
  return ChooseRun(control_.geometry().extents(), need, reserved_only, [&](uint64_t at) {
    const uint32_t word = control_.extent(at).load(std::memory_order_acquire);
    const uint32_t owner = word & kExtentOwnerMask;
    const bool usable = owner == 0 || (owner == me_ && joins && ExtentFree(at));
    if (!usable) return Room::kNone;
    return (word & kExtentReserved) != 0 ? Room::kBacked : Room::kBare;
  });
}

// In each gap between extents of somebody's: behind what is free of ours before it, before what is free behind it, or all
// of it between both.
Run ClientHeap::FindBetween(uint64_t slabs, bool reserved_only) const {
  const uint64_t extents = control_.geometry().extents();
  const auto usable = [&](uint64_t at) {
    const uint32_t word = control_.extent(at).load(std::memory_order_acquire);
    return (word & kExtentOwnerMask) == 0 && (!reserved_only || (word & kExtentReserved) != 0);
  };
  Run best;
  for (uint64_t first = 0, end; first < extents; first = end + 1) {
    for (end = first; end < extents && usable(end);) ++end;
    if (end == first) continue;
    const uint64_t before = free_.FreeBefore(first * slabs_per_extent_), behind = free_.FreeFrom(end * slabs_per_extent_);
    if (before + behind + (end - first) * slabs_per_extent_ < slabs) continue;
    const auto lacking = [&](uint64_t free) {
      return free >= slabs ? 1 : (slabs - free + slabs_per_extent_ - 1) / slabs_per_extent_;
    };
    const uint64_t count = std::min({end - first, lacking(before), lacking(behind)});
    if (best.count != 0 && best.count <= count) continue;
    best = {lacking(before) == count || count == end - first ? first : end - count, count};
  }
  return best;
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
    control_.extent(extent).fetch_and(~(kExtentOwnerMask | kExtentWanted), std::memory_order_release);
  }
}

Run ClientHeap::Behind(uint64_t block, uint64_t new_bytes) {
  std::lock_guard lock(mutex_);
  const uint64_t head = LargeAt(block);
  const uint64_t slabs = (new_bytes + kSlabBytes - 1) / kSlabBytes;
  if (head == UINT64_MAX || head + slabs > control_.geometry().slabs()) return {};
  const uint64_t new_end = head + slabs;
  uint64_t slab = head + spans_[head].slabs;
  while (slab < new_end && free_.IsFree(slab)) ++slab;
  // What is not free begins with an extent that is not ours. Ours behind those are free as far as they are needed.
  const uint64_t first = slab / slabs_per_extent_;
  uint64_t end = (new_end + slabs_per_extent_ - 1) / slabs_per_extent_;
  if (slab % slabs_per_extent_ != 0 || first >= end) return {};
  while (end > first && open_[end - 1] != 0) {
    const uint64_t begin = (end - 1) * slabs_per_extent_;
    if (!free_.AllFree(begin, std::min(new_end - begin, slabs_per_extent_))) return {};
    --end;
  }
  for (uint64_t extent = first; extent < end; ++extent) {
    if (open_[extent] != 0) return {};
  }
  return {first, end - first};
}

bool ClientHeap::LeaseThese(const Run& run) {
  std::lock_guard lock(mutex_);
  for (uint64_t extent = run.first; extent < run.first + run.count; ++extent) {
    if (control_.extent(extent).load(std::memory_order_acquire) != kExtentReserved) return false;
  }
  return run.count != 0 && Take(run.first, run.first + run.count);
}

bool ClientHeap::Adopt(const Run& run) {
  const uint64_t extents = control_.geometry().extents();
  if (run.count == 0 || run.count > extents || run.first > extents - run.count) return false;
  // What another thread is just handing over may be kept for this one by now.
  std::lock_guard lock(mutex_);
  bool all = true;
  uint64_t at = run.first;
  for (; at < run.first + run.count && all; ++at) {
    uint32_t now = kExtentReserved | kKept;
    // acquire; we come after the last write of the owner before us.
    all = control_.extent(at).compare_exchange_strong(now, kExtentReserved | me_, std::memory_order_acq_rel);
  }
  if (all) return true;
  Disown(run.first, at - 1);
  GiveBackKept(control_, {at, run.first + run.count - at});
  return false;
}

void GiveBackKept(const Control& control, const Run& run) {
  const uint64_t extents = control.geometry().extents();
  for (uint64_t at = run.first; at < extents && run.Has(at); ++at) {
    u32& word = control.extent(at);
    uint32_t now = word.load(std::memory_order_relaxed);
    // Never what has become somebody's in this moment. release; as ClientHeap::Disown().
    while ((now & kExtentOwnerMask) == kKept &&
           !word.compare_exchange_weak(now, now & ~kExtentOwnerMask, std::memory_order_acq_rel)) {
    }
  }
}

// One mapping for all of them; the kernel joins it with its neighbours.
Status ClientHeap::MapExtents(uint64_t first, uint64_t end, const os::Deadline& deadline) {
  const uint64_t extent_bytes = control_.geometry().extent_bytes();
  const uint64_t stop = end * extent_bytes;
  ATOLL_RETURN_IF_ERROR(window_->MapPart(*data_, first * extent_bytes, stop - first * extent_bytes));
  uint64_t at = first * extent_bytes;
  do {
    const uint64_t bytes = std::min(kFillAtOnce, stop - at);
    window_->Populate(at, bytes, os::Mapping::Access::kReadWrite);
    at += bytes;
  } while (at < stop && !deadline.passed());
  return {};
}

Status ClientHeap::Commit(const Run& run, const os::Deadline& deadline) {
  uint64_t mapped;
  const Status status = MapRun(run, deadline, &mapped);
  std::lock_guard lock(mutex_);
  Open(run, mapped);
  return status;
}

Placed ClientHeap::CommitFor(const Run& run, const os::Deadline& deadline, const BlockFor& wanted) {
  uint64_t mapped;
  (void)MapRun(run, deadline, &mapped);
  std::lock_guard lock(mutex_);
  Open(run, mapped);
  return PlaceHere(wanted);
}

// Those below `mapped` are, when this returns, as far as there is memory behind them.
Status ClientHeap::MapRun(const Run& run, const os::Deadline& deadline, uint64_t* mapped) {
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
  *mapped = at;
  return status;
}

// REQUIRES: mutex_ is held
void ClientHeap::Open(const Run& run, uint64_t mapped) {
  for (uint64_t extent = run.first; extent < run.first + run.count; ++extent) {
    if (open_[extent] == 0 && extent >= mapped) {
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
  if (OwnedBytes() != 0 && me_ != kRestorer) control_.Say(control_.header().keepers, me_, true);
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
  keep = std::max(keep, reserve_.load(std::memory_order_relaxed) * kSlabBytes);
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
