// Memory for the control segment: how much of it clients may touch (layout/control_budget.h).
#include <algorithm>

#include "layout/control_budget.h"
#include "server/server_core.h"

namespace atollstore {
namespace {

constexpr int64_t kAgainNanos = 5'000'000;    // after a refusal
constexpr uint64_t kPunchAtOnce = 16 << 20;

}  // namespace

// Fills the budget when it is half empty. Where the limits allow no more, memory that waits for objects is given up
// for it, and clients are asked for theirs: without control memory nothing at all can be made. Returns whether
// there is more than before.
bool ServerCore::RefillControl() {
  u64& budget = control_.header().control_budget;
  const uint64_t left = budget.load(std::memory_order_relaxed);
  const int64_t now = os::NowNanos();
  if (left >= kControlTarget / 2 || now < refill_again_at_) return false;
  const uint64_t available = limits_.Available();
  const uint64_t have = available > kMemoryMargin ? (available - kMemoryMargin) / ControlBudget::kPage : 0;
  const uint64_t pages = std::min(kControlTarget - std::min(left, kControlTarget), have > left ? have - left : 0);
  headroom_ = 0;  // others look again before they take
  if (pages != 0) budget.fetch_add(pages, std::memory_order_relaxed);
  if (left + pages >= kControlTarget / 2) return true;
  refill_again_at_ = now + kAgainNanos;
  const Geometry& g = control_.geometry();
  uint64_t give = std::max<uint64_t>(1, kPunchAtOnce / g.extent_bytes());
  for (uint64_t extent = g.extents(); extent-- > 0 && give > 0;) {
    if (control_.extent(extent).load(std::memory_order_acquire) != kExtentReserved) continue;
    Unreserve(extent);
    --give;
  }
  if (give != 0 && left + pages < ControlBudget::kLow) SetPressure();
  return pages != 0;
}

}  // namespace atollstore
