// What happens when a client has died or left. Order matters, and every step may be repeated:
//   1. whoever reads its rings reads what it had committed (await_farewell) and registers references for it;
//   2. entry by entry, it is taken out of them: creations are undone, containers taken in, slots cleared;
//   3. its extents and entry blocks are taken over;
//   4. its columns are punched;
//   5. its slot is free again, and whoever holds something that it has had to do with is rung.
// It has had to do with nothing outside the entry blocks that it has touched.
#include <sys/epoll.h>

#include <algorithm>

#include "directory/entry_pool.h"
#include "server/server_core.h"

namespace atollstore {

void ServerCore::NoteDeath(uint32_t client) {
  Slot& slot = slots_[client];
  if (!slot.used || slot.dead) return;
  slot.dead = true;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, slot.pidfd.get(), nullptr);
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, slot.socket.get(), nullptr);
  ClientRecord& record = control_.client(client);
  if (record.state.load() != static_cast<uint32_t>(ClientState::kDetached)) {
    record.state.store(static_cast<uint32_t>(ClientState::kDead), std::memory_order_seq_cst);
  }
  if (!await_farewell_) return BuryNow(client);
  {
    std::lock_guard lock(mutex_);
    dead_.push_back(client);
  }
  control_.header().scheduler_bell.Ring();
}

void ServerCore::BuryNow(uint32_t client) {
  const Geometry& g = control_.geometry();
  const Marks touched = control_.touched(client);
  const uint64_t high = std::min(control_.entries_high() / kEntriesPerBlock, g.entry_blocks());
  std::vector<bool> to_ring(g.columns());
  for (uint64_t block = touched.Next(0); block < high; block = touched.Next(block + 1)) {
    for (uint64_t i = block * kEntriesPerBlock; i < (block + 1) * kEntriesPerBlock; ++i) {
      if (!sweeper_->BuryEntry(client, i)) continue;
      const Word word(control_.entry(i).word.load(std::memory_order_seq_cst));
      Holders::Each(control_, i, word, [&](uint32_t other) { to_ring[other] = true; });
    }
    uint32_t owner = client;
    control_.entry_block(block).owner.compare_exchange_strong(owner, 0, std::memory_order_seq_cst);
    // It may have been killed between freeing an entry here and saying so.
    MarkFreedEntry(control_, block);
  }
  MarkBlocksOfNobody(control_);
  sweeper_->TakeOverExtents(client);
  sweeper_->Collect(client);
  reserver_->Forget(client);
  (void)reserver_->Clear({g.columns_at + client * g.column_stride, g.column_stride});
  const uint64_t ticket = reserver_->Clear({g.rings_at + client * g.ring_stride, g.ring_stride});
  burials_.push_back({client, ticket, std::move(to_ring)});
}

// Those whose columns are clear. Returns whether others are still waited for.
bool ServerCore::FinishBurials() {
  while (!burials_.empty() && reserver_->HasCleared(burials_.front().ticket)) {
    const Burial burial = std::move(burials_.front());
    burials_.pop_front();
    FreeSlot(burial.client);
    // It may have taken their wait slots, or a flag that says that they wait, and been killed before it rang.
    for (uint32_t other = 1; other < control_.geometry().columns(); ++other) {
      if (other == burial.client || !burial.to_ring[other]) continue;
      for (Bell& bell : control_.client(other).object_bells) bell.Ring();
    }
    control_.header().scheduler_bell.Ring();
    control_.header().room_bell.Ring();
    std::lock_guard lock(mutex_);
    std::erase(dead_, burial.client);
    done_.notify_all();
  }
  return !burials_.empty();
}

void ServerCore::FreeSlot(uint32_t client) {
  uint32_t turn = client;
  control_.header().list_turn.compare_exchange_strong(turn, 0, std::memory_order_seq_cst);
  ClientRecord& record = control_.client(client);
  record.pid.store(0, std::memory_order_relaxed);
  record.start_time.store(0, std::memory_order_relaxed);
  record.wants_room.store(0, std::memory_order_relaxed);
  record.refused.store(0, std::memory_order_relaxed);
  record.answered.store(record.asked.load(), std::memory_order_relaxed);
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
  sweeper_->Sweep();
  slots_[client] = Slot();
  record.epoch.fetch_add(1, std::memory_order_seq_cst);
  record.state.store(static_cast<uint32_t>(ClientState::kFree), std::memory_order_seq_cst);
  // Last: a server killed before this finds the slot free and takes it off the list.
  control_.RemoveClient(client);
  os::FutexWake(&record.state, UINT32_MAX);
}

}  // namespace atollstore
