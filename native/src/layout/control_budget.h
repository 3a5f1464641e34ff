// Pages of the control segment that a client is about to touch first. They take memory of whoever has the limits,
// and a page that cannot be had is a process killed: so the server looks at the limits, puts pages into the header
// (server/reserver), and clients take them out before they touch what they pay for. Any thread.
//
// Paid for once by each client: the slots of every 1,024 neighbouring entries it has to do with (pins, references,
// waits: a page each; used bytes and marks together less than one), and their rows, when it is one of more holders of an
// entry than that names. Paid for by who leases a fresh block of entries: the entries, and what the server remembers of
// each. By who cuts a slab: its block words. By who asks where a ring is: its pages, which are touched then. By the
// server: pages of names, and what a client touches when it comes.
#ifndef ATOLL_LAYOUT_CONTROL_BUDGET_H_
#define ATOLL_LAYOUT_CONTROL_BUDGET_H_

#include <atomic>
#include <memory>
#include <new>

#include "layout/geometry.h"
#include "os/zeros.h"

namespace atollstore {

class ControlBudget {
 public:
  static constexpr uint64_t kPage = 4096;
  static constexpr uint64_t kBlocksTogether = 16;  // whose slots share pages
  static constexpr uint64_t kPagesOfSlots = 4;
  static constexpr uint64_t kPagesOfBlock = 2;
  static constexpr uint64_t kPagesOfClient = 12;
  // As much as is paid for at once, at most. Less than this is as good as nothing: somebody asks for more.
  static constexpr uint64_t kLow = 40;
  static_assert(kBlocksTogether * kEntriesPerBlock * kClientWords * sizeof(u64) < kLow * kPage);

  static Result<std::unique_ptr<ControlBudget>> Create(const Control& control) {
    std::unique_ptr<ControlBudget> budget(new (std::nothrow) ControlBudget(control));
    if (budget == nullptr) return Status::Error(ATOLL_OUT_OF_MEMORY, "no memory for a client");
    auto paid = os::Zeros<u8>::Create(control.geometry().entry_blocks() / kBlocksTogether + 1);
    if (!paid.ok()) return paid.status();
    budget->paid_ = std::move(paid).value();
    return budget;
  }

  // False when there are not so many: nothing is paid then.
  bool Pay(uint64_t pages) { return PayFrom(control_, pages); }
  static bool PayFrom(const Control& control, uint64_t pages) {
    u64& left = control.header().control_budget;
    uint64_t now = left.load(std::memory_order_relaxed);
    while (now >= pages) {
      // relaxed; nothing is published by it.
      if (left.compare_exchange_weak(now, now - pages, std::memory_order_relaxed)) return true;
    }
    return false;
  }
  // For this client's slots of the entries in the block; free when it has paid before.
  bool PaySlots(uint64_t block) {
    u8& paid = paid_[block / kBlocksTogether];
    if (paid.load(std::memory_order_relaxed) != 0) return true;
    if (!Pay(kPagesOfSlots)) return false;
    // Two threads at once have paid twice: they ask for more a little earlier.
    paid.store(1, std::memory_order_relaxed);
    return true;
  }
  // For the rows of the same entries. REQUIRES: PaySlots()
  bool PayRows(uint64_t block) {
    u8& paid = paid_[block / kBlocksTogether];
    if (paid.load(std::memory_order_relaxed) > 1) return true;
    const uint64_t bytes = kBlocksTogether * kEntriesPerBlock * control_.geometry().row_words * sizeof(u64);
    if (!Pay((bytes + kPage - 1) / kPage)) return false;
    paid.store(2, std::memory_order_relaxed);
    return true;
  }
  bool HasPaid(uint64_t block) {
    return paid_[block / kBlocksTogether].load(std::memory_order_relaxed) != 0;
  }
  bool HasPaidRows(uint64_t block) { return paid_[block / kBlocksTogether].load(std::memory_order_relaxed) > 1; }
  bool low() const { return control_.header().control_budget.load(std::memory_order_relaxed) < kLow; }

 private:
  explicit ControlBudget(const Control& control) : control_(control) {}
  const Control control_;
  os::Zeros<u8> paid_;
};

}  // namespace atollstore

#endif  // ATOLL_LAYOUT_CONTROL_BUDGET_H_
