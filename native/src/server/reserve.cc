// Keeping memory ready ahead of need, and giving back to the OS what nobody has needed for a while.
#include <algorithm>

#include "layout/control_budget.h"
#include "server/server_core.h"

namespace atollstore {
namespace {

constexpr uint64_t kAheadBytes = 128 << 20;
// What was too much during all of such a time is given back.
constexpr int64_t kWindowNanos = 2'000'000'000;
// One look at the limits is good for a part of what it finds, and not for long: others take memory too.
constexpr int64_t kLookNanos = 20'000'000;
constexpr uint64_t kPartOfLook = 8, kPlenty = 512 << 20;
constexpr uint64_t kPunchAtOnce = 16 << 20;
// While huge pages are dear or refused, one is tried all the same after so many small ones, more and more
// seldom.
constexpr uint32_t kTryHugeEvery = 16, kTryHugeSeldom = 1024;
constexpr int64_t kRefused = 100'000'000;  // ns that a refusal counts as

}  // namespace

// What may be taken for data: all but the margin, and but for what clients may touch of the control segment, now
// or when it is filled again.
bool ServerCore::MayTake(uint64_t bytes) {
  const int64_t now = os::NowNanos();
  if (now >= looked_at_ + kLookNanos || headroom_ < bytes) {
    const uint64_t available = limits_.Available();
    const uint64_t keep = kMemoryMargin + kControlTarget * ControlBudget::kPage;
    if (available < keep + bytes) return false;
    looked_at_ = now;
    headroom_ = available - keep < kPlenty ? bytes : (available - keep) / kPartOfLook;
  }
  headroom_ -= bytes;
  return true;
}

// Huge pages cost an eighth where the machine has them ready, ten times as much where a hypervisor has to
// find the memory first, which nobody can know before; so the clock decides. Small ones are paid for twice:
// who uses them has to map each.
bool ServerCore::ReserveHuge(uint64_t at, uint64_t bytes) {
  if (bytes % os::kHugePage != 0) return false;
  if (huge_nanos_ > 2 * small_nanos_) {
    if (++small_in_a_row_ < try_huge_after_) return false;
    small_in_a_row_ = 0;
  }
  const int64_t start = os::NowNanos();
  const bool had = data_memory_->ReserveHuge(data_mapping_, at, bytes).ok();
  const int64_t took = had ? os::NowNanos() - start : kRefused;
  huge_nanos_ = (huge_nanos_ + took) / 2;
  const bool dear = took > 2 * small_nanos_;
  try_huge_after_ = dear ? std::clamp(2 * try_huge_after_, kTryHugeEvery, kTryHugeSeldom) : kTryHugeEvery;
  if (dear) small_nanos_ -= small_nanos_ / 8;  // what was slower when it was tried last may be faster by now
  return had;
}

bool ServerCore::ReserveSmall(uint64_t at, uint64_t bytes) {
  const int64_t start = os::NowNanos();
  if (!data_memory_->Reserve(at, bytes).ok()) return false;
  small_nanos_ = (small_nanos_ + os::NowNanos() - start) / 2;
  return true;
}

// One extent at a time: the kernel does not refuse memory, it kills for it.
bool ServerCore::Reserve(uint64_t extent) {
  const uint64_t bytes = control_.geometry().extent_bytes();
  const uint64_t at = extent * bytes;
  memory_refused_ = !MayTake(bytes) || (!ReserveHuge(at, bytes) && !ReserveSmall(at, bytes));
  if (memory_refused_) return false;
  control_.extent(extent).fetch_or(kExtentReserved, std::memory_order_release);
  control_.header().reserved_bytes.fetch_add(bytes, std::memory_order_relaxed);
  return true;
}

// The bytes of a free extent go back to the OS, and so do the pages of its block words, which are zeros.
// While that lasts the extent is the server's: whoever cleans up after this server opens it again.
void ServerCore::Unreserve(uint64_t extent) {
  const uint64_t bytes = control_.geometry().extent_bytes();
  u32& word = control_.extent(extent);
  uint32_t free = kExtentReserved;
  if (!word.compare_exchange_strong(free, kOrphan, std::memory_order_acq_rel)) return;  // just leased
  (void)data_memory_->Punch(extent * bytes, bytes);
  const uint64_t words = control_.geometry().slabs_per_extent() * kWordsPerSlab * sizeof(u64);
  (void)control_memory_->Punch(control_.geometry().block_words_at + extent * words, words);
  control_.header().reserved_bytes.fetch_sub(bytes, std::memory_order_relaxed);
  word.fetch_and(~kExtentOwnerMask, std::memory_order_release);
}

uint64_t ServerCore::ReserveTarget() const {
  const Geometry& g = control_.geometry();
  return std::clamp<uint64_t>(kAheadBytes / g.extent_bytes(), 1, std::max<uint64_t>(1, g.extents() / 8));
}

// Keeps free extents backed, so that leasing one does not wait. One per call: others want to be served.
bool ServerCore::ReserveAhead() {
  const uint32_t moves = control_.header().extent_moves.load(std::memory_order_seq_cst);
  if (moves != seen_moves_) reserve_ahead_ = true;
  if (!reserve_ahead_) return false;
  if (HelloIsNear()) return true;  // first those who want to come in; do not fall asleep over it
  seen_moves_ = moves;
  const Geometry& g = control_.geometry();
  const uint64_t target = ReserveTarget();
  uint64_t ready = 0;
  uint64_t next = UINT64_MAX;
  for (uint64_t extent = 0; extent < g.extents(); ++extent) {
    const uint32_t word = control_.extent(extent).load(std::memory_order_acquire);
    if ((word & kExtentOwnerMask) != 0) continue;
    if ((word & kExtentReserved) != 0) {
      ++ready;
    } else if (next == UINT64_MAX) {
      next = extent;
    }
  }
  NoteSurplus(ready > target ? ready - target : 0);
  if (ready < target && next != UINT64_MAX && Reserve(next)) return true;
  reserve_ahead_ = false;
  // Clients that keep windows warm take what is ready.
  for (const Slot& slot : slots_) {
    if (slot.used && !slot.dead) os::Nudge(slot.socket.get());
  }
  return false;
}

void ServerCore::NoteSurplus(uint64_t extents) {
  least_surplus_ = std::min(least_surplus_, extents);
  if (extents == 0) {
    window_end_ = 0;
  } else if (window_end_ == 0) {
    least_surplus_ = extents;
    window_end_ = os::NowNanos() + kWindowNanos;
  }
}

int ServerCore::MillisToGiveBack() const {
  if (window_end_ == 0) return -1;
  return static_cast<int>(std::max<int64_t>(0, (window_end_ - os::NowNanos()) / 1'000'000 + 1));
}

bool ServerCore::GiveBackToSystem() {
  if (window_end_ == 0 || os::NowNanos() < window_end_) return false;
  const Geometry& g = control_.geometry();
  uint64_t left = std::max<uint64_t>(1, kPunchAtOnce / g.extent_bytes());
  // From the end, so that what stays is together.
  for (uint64_t extent = g.extents(); extent-- > 0 && left > 0 && least_surplus_ > 0;) {
    if (control_.extent(extent).load(std::memory_order_acquire) != kExtentReserved) continue;
    Unreserve(extent);
    --left;
    --least_surplus_;
  }
  if (least_surplus_ == 0 || left > 0) {
    window_end_ = 0;
    reserve_ahead_ = true;  // counts anew
  }
  return true;
}

}  // namespace atollstore
