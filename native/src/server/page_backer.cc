#include "server/page_backer.h"

#include <algorithm>

#include "os/sync.h"

namespace atollstore {
namespace {

// One look at the limits is good for a part of what it finds, and not for long: others take memory too.
constexpr int64_t kLookNanos = 20'000'000;
constexpr uint64_t kPartOfLook = 8, kPlenty = 512 << 20;
// While huge pages are dear or refused, one is tried all the same after so many small ones, more and more
// seldom.
constexpr uint32_t kTryHugeEvery = 16, kTryHugeSeldom = 1024;
constexpr int64_t kRefused = 100'000'000;  // ns that a refusal counts as

}  // namespace

uint64_t PageBacker::Available() {
  headroom_ = 0;
  const uint64_t available = limits_.Available();
  return available > kMargin ? available - kMargin : 0;
}

bool PageBacker::MayTake(uint64_t bytes) {
  const int64_t now = os::NowNanos();
  if (now >= looked_at_ + kLookNanos || headroom_ < bytes) {
    const uint64_t available = Available();
    if (available < keep_ + bytes) return false;
    looked_at_ = now;
    headroom_ = available - keep_ < kPlenty ? bytes : (available - keep_) / kPartOfLook;
  }
  headroom_ -= std::min(headroom_, bytes);
  return true;
}

// Huge pages cost an eighth where the machine has them ready, ten times as much where a hypervisor has to
// find the memory first, which nobody can know before; so the clock decides. Small ones are paid for twice:
// who uses them has to map each.
bool PageBacker::BackHuge(uint64_t at, uint64_t bytes) {
  if (bytes % os::kHugePage != 0) return false;
  if (huge_nanos_ > 2 * small_nanos_) {
    if (++small_in_a_row_ < try_huge_after_) return false;
    small_in_a_row_ = 0;
  }
  const int64_t start = os::NowNanos();
  const bool had = data_->ReserveHuge(*mapping_, at, bytes).ok();
  const int64_t took = had ? os::NowNanos() - start : kRefused;
  huge_nanos_ = (huge_nanos_ + took) / 2;
  const bool dear = took > 2 * small_nanos_;
  try_huge_after_ = dear ? std::clamp(2 * try_huge_after_, kTryHugeEvery, kTryHugeSeldom) : kTryHugeEvery;
  if (dear) small_nanos_ -= small_nanos_ / 8;  // what was slower when it was tried last may be faster by now
  return had;
}

bool PageBacker::BackSmall(uint64_t at, uint64_t bytes) {
  const int64_t start = os::NowNanos();
  if (!data_->Reserve(at, bytes).ok()) return false;
  small_nanos_ = (small_nanos_ + os::NowNanos() - start) / 2;
  return true;
}

bool PageBacker::Back(uint64_t at, uint64_t bytes) {
  return MayTake(bytes) && (BackHuge(at, bytes) || BackSmall(at, bytes));
}

}  // namespace atollstore
