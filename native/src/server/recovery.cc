#include "server/recovery.h"

#include <new>
#include <utility>

#include "directory/directory.h"
#include "directory/entry_pool.h"
#include "object_id.h"

namespace atollstore {

Result<std::unique_ptr<Recovery>> Recovery::Begin(const Control& control, Sweeper* sweeper, NameTable* names) {
  std::unique_ptr<Recovery> recovery(new (std::nothrow) Recovery(control, sweeper, names));
  if (recovery == nullptr) return Status::Error(ATOLL_OUT_OF_MEMORY, "no memory for a recovery");
  auto wanted = os::Zeros<uint32_t>::Create(recovery->high_);
  if (!wanted.ok()) return wanted.status();
  recovery->wanted_ = std::move(wanted).value();
  recovery->TakeExtents();
  return recovery;
}

void Recovery::TakeExtents() {
  uint64_t reserved = 0;
  control_.header().wants_extents.store(0, std::memory_order_seq_cst);
  for (uint64_t extent = 0; extent < control_.geometry().extents(); ++extent) {
    // It wants none any more.
    control_.extent(extent).fetch_and(~kExtentWanted, std::memory_order_seq_cst);
    // What it had leased to read spilled objects back, what it was opening and what it held for somebody is nobody's,
    // like what the dead leave.
    for (const uint32_t owner : {kOrphan, kRestorer, kReserver}) {
      if (!sweeper_->orphans().Take(extent, owner)) continue;
      extents_.push_back(extent);
      break;
    }
    if ((control_.extent(extent).load(std::memory_order_acquire) & kExtentReserved) != 0)
      reserved += control_.geometry().extent_bytes();
  }
  control_.header().reserved_bytes.store(reserved, std::memory_order_relaxed);
}

bool Recovery::Go() {
  for (Slice slice; step_ != Step::kDone; at_ = 0) {
    if (!Do(&slice)) return false;
    step_ = static_cast<Step>(static_cast<int>(step_) + 1);
  }
  return true;
}

template <typename F>
bool Recovery::Each(uint64_t end, Slice* slice, F&& visit) {
  for (; at_ < end; ++at_) {
    if (slice->Over()) return false;
    visit(at_);
  }
  return true;
}

bool Recovery::Do(Slice* slice) {
  switch (step_) {
    case Step::kEntries:
      return Each(high_, slice, [this](uint64_t index) {
        sweeper_->Settle(index);
        sweeper_->orphans().Count(control_.entry(index));
      });
    case Step::kNames: {
      if (at_ == 0) sweeper_->HaveSettled();
      return names_->Recover(&at_, slice, [this](uint64_t place) {
        const uint64_t index = ObjectId({1, place}).index();
        if (index < high_) ++wanted_[index];
      });
    }
    case Step::kContainers: {
      const auto want = [this](uint64_t child) {
        if (child < high_) ++wanted_[child];
      };
      for (; at_ < high_; ++at_) {
        if (slice->Over() || !sweeper_->KnowAgain(at_, slice, want)) return false;
      }
      return true;
    }
    case Step::kColumn:
      // Not through zero: whoever looks meanwhile finds what it was or what it will be.
      return Each(high_, slice, [this](uint64_t index) {
        u32& held = control_.references(kServer)[index];
        if (held.load(std::memory_order_relaxed) != wanted_[index])
          held.store(wanted_[index], std::memory_order_seq_cst);
        u32& pins = control_.pins(kServer)[index];
        if (pins.load(std::memory_order_relaxed) != 0) pins.store(0, std::memory_order_seq_cst);
      });
    case Step::kBlocks:
      return Each(control_.entries_high() / kEntriesPerBlock, slice,
                  [this](uint64_t block) { MarkBlockOfNobody(control_, block); });
    case Step::kOpen:
      if (!Each(extents_.size(), slice, [this](uint64_t i) { sweeper_->orphans().SettleTaken(extents_[i]); })) return false;
      sweeper_->LookAtAll();
      RingAll(control_);
      return true;
    case Step::kDone:
      break;
  }
  return true;
}

}  // namespace atollstore
