#include "server/burial.h"

#include <utility>

#include "directory/entry_pool.h"
#include "directory/holders.h"

namespace atollstore {

Burial::Burial(const Control& control, uint32_t client, Sweeper* sweeper, Reserver* reserver)
    : control_(control),
      client_(client),
      sweeper_(sweeper),
      reserver_(reserver),
      to_ring_(control.geometry().columns()) {}

bool Burial::Go() {
  for (Slice slice; step_ != Step::kDone; at_ = 0) {
    if (!Do(&slice)) return false;
    step_ = static_cast<Step>(static_cast<int>(step_) + 1);
  }
  return true;
}

// Up to `end`, or until the slice is over or the visit says that it has not come to its end.
template <typename F>
bool Burial::Each(uint64_t end, Slice* slice, F&& visit) {
  for (; at_ < end; ++at_) {
    if (slice->Over() || !visit(at_)) return false;
  }
  return true;
}

template <typename F>
bool Burial::EachTouched(Slice* slice, F&& visit) {
  const uint64_t high = control_.entries_high();
  while (at_ < high) {
    const uint64_t block = control_.touched(client_).Next(at_ / kEntriesPerBlock);
    if (block == Marks::kNone || block * kEntriesPerBlock >= high) return true;
    if (block > at_ / kEntriesPerBlock) at_ = block * kEntriesPerBlock;
    if (!Each((block + 1) * kEntriesPerBlock, slice, visit)) return false;
  }
  return true;
}

bool Burial::Do(Slice* slice) {
  const Geometry& g = control_.geometry();
  switch (step_) {
    case Step::kExtents:
      return Each(g.extents(), slice, [this](uint64_t extent) {
        if (sweeper_->orphans().Take(extent, client_)) extents_.push_back(extent);
        return true;
      });
    case Step::kContainers:
      return EachTouched(slice, [&](uint64_t index) { return sweeper_->TakeInOf(client_, index, slice); });
    case Step::kEntries:
      return EachTouched(slice, [this](uint64_t index) {
        BuryEntry(index);
        return true;
      });
    case Step::kBlocks:
      // It may have taken the marks of blocks that are nobody's, and been killed before it had them.
      return Each(control_.entries_high() / kEntriesPerBlock, slice, [this](uint64_t block) {
        MarkBlockOfNobody(control_, block);
        return true;
      });
    case Step::kOpen:
      return Each(extents_.size(), slice, [this](uint64_t i) {
        sweeper_->orphans().SettleTaken(extents_[i]);
        return true;
      });
    case Step::kDropped:
      while (!sweeper_->Collect(client_)) {
        if (slice->over()) return false;
      }
      (void)reserver_->Clear({g.columns_at + client_ * g.column_stride, g.column_stride});
      ticket_ = reserver_->Clear({g.rings_at + client_ * g.ring_stride, g.ring_stride});
      return true;
    case Step::kColumns:
      return reserver_->HasCleared(ticket_);
    case Step::kDone:
      break;
  }
  return true;
}

void Burial::BuryEntry(uint64_t index) {
  if (sweeper_->BuryEntry(client_, index)) {
    const Word word(control_.entry(index).word.load(std::memory_order_seq_cst));
    Holders::Each(control_, index, word, [this](uint32_t other) { to_ring_[other] = true; });
  }
  sweeper_->orphans().Count(control_.entry(index));
  if ((index + 1) % kEntriesPerBlock != 0) return;
  const uint64_t block = index / kEntriesPerBlock;
  uint32_t owner = client_;
  control_.entry_block(block).owner.compare_exchange_strong(owner, 0, std::memory_order_seq_cst);
  // It may have been killed between freeing an entry here and saying so.
  MarkFreedEntry(control_, block);
}

void Burial::FreeSlot() const {
  uint32_t turn = client_;
  control_.header().list_turn.compare_exchange_strong(turn, 0, std::memory_order_seq_cst);
  ClientRecord& record = control_.client(client_);
  record.pid.store(0, std::memory_order_relaxed);
  record.start_time.store(0, std::memory_order_relaxed);
  record.mailbox.waiters.store(0, std::memory_order_relaxed);
  for (Bell& bell : record.object_bells) bell.waiters.store(0, std::memory_order_relaxed);
  // What it has done goes into the sums of all who have gone; killed in between, this loses and never
  // doubles.
  Counters& gone = control_.client(kServer).counters[0];
  for (Counters& counters : record.counters) {
    for (uint32_t i = 0; i < kCounterCount; ++i) {
      const uint64_t count = Counter(counters, i).exchange(0, std::memory_order_relaxed);
      Counter(gone, i).fetch_add(count, std::memory_order_relaxed);
    }
  }
  control_.header().served.buried.fetch_add(1, std::memory_order_relaxed);
  record.epoch.fetch_add(1, std::memory_order_seq_cst);
  record.state.store(static_cast<uint32_t>(ClientState::kFree), std::memory_order_seq_cst);
  // Last: a server killed before this finds the slot free and takes it off the list.
  control_.Say(control_.header().keepers, client_, false);
  control_.Say(control_.header().warmers, client_, false);
  control_.RemoveClient(client_);
  os::FutexWake(&record.state, UINT32_MAX);
  // It may have taken their wait slots, or a flag that says that they wait, and been killed before it rang.
  for (uint32_t other = 1; other < control_.geometry().columns(); ++other) {
    if (other == client_ || !to_ring_[other]) continue;
    for (Bell& bell : control_.client(other).object_bells) bell.Ring();
  }
  control_.header().scheduler_bell.Ring();
  control_.header().list_bell.Ring();
}

}  // namespace atollstore
