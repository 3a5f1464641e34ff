// Backing extents with memory, answering clients that ask for something, and telling who waits for room.
#include <algorithm>

#include "server/server_core.h"

namespace atollstore {
namespace {

// Left to everybody else: what the processes of this store still need.
constexpr uint64_t kMargin = 64 << 20;
constexpr uint64_t kAheadBytes = 16 << 20;
// What an entry takes once it is used, and no limit is asked again: itself, a block word, slots in two
// columns, and its place in the server's queue of what may be spilled.
constexpr uint64_t kEntryBytes = sizeof(Entry) + sizeof(u64) + 2 * 13 + 48;

}  // namespace

// One extent at a time, each after a look at what is left: the kernel does not refuse memory, it kills for
// it.
bool ServerCore::Reserve(uint64_t extent) {
  const uint64_t bytes = control_.geometry().extent_bytes();
  // Clients touch the control segment without asking: what they may still come to use is not given away.
  const uint64_t entries_left = control_.geometry().objects() - control_.entries_high();
  memory_refused_ = limits_.Available() < kMargin + entries_left * kEntryBytes + bytes ||
                    !data_memory_->Reserve(extent * bytes, bytes).ok();
  if (memory_refused_) return false;
  control_.extent(extent).fetch_or(kExtentReserved, std::memory_order_release);
  control_.header().reserved_bytes.fetch_add(bytes, std::memory_order_relaxed);
  return true;
}

bool ServerCore::AnswerClients() {
  bool any = false;
  for (uint32_t client = 1, high = control_.columns_high(); client < high; ++client) {
    if (!slots_[client].used || slots_[client].dead) continue;
    ClientRecord& record = control_.client(client);
    const uint32_t asked = record.asked.load(std::memory_order_seq_cst);
    if (asked == record.answered.load(std::memory_order_relaxed)) continue;
    any = true;
    sweeper_->Sweep();  // what it had dropped before it asked
    uint32_t refused = 0;
    for (uint64_t extent = 0; extent < control_.geometry().extents() && refused == 0; ++extent) {
      const uint32_t word = control_.extent(extent).load(std::memory_order_acquire);
      if ((word & kExtentOwnerMask) == client && (word & kExtentReserved) == 0) refused = !Reserve(extent);
    }
    record.refused.store(refused, std::memory_order_relaxed);
    record.answered.store(asked, std::memory_order_release);
    os::FutexWake(&record.answered, UINT32_MAX);
    reserve_ahead_ = true;
    // Whoever still lacks room after this needs what others hold without using it.
    if (record.wants_room.load(std::memory_order_seq_cst) != 0) {
      SetPressure();
      QueueForRoom(client);
      for (uint32_t other = 1; other < high; ++other) {
        if (other != client && slots_[other].used && !slots_[other].dead)
          os::Nudge(slots_[other].socket.get());
      }
    }
  }
  return any;
}

void ServerCore::TellOfRoom(bool freed) {
  if (!pressure_) return;
  pressure_ = false;
  for (uint32_t client = 1, high = control_.columns_high(); client < high; ++client) {
    pressure_ = pressure_ || control_.client(client).wants_room.load(std::memory_order_seq_cst) != 0;
  }
  pressure_ = pressure_ || (spiller_ != nullptr && spiller_->wanted_bytes() != 0);
  if (!pressure_) control_.header().pressure.store(0, std::memory_order_seq_cst);
  if (!freed) return;
  // The owners of what became free look whether an extent of theirs is empty now.
  for (const Slot& slot : slots_) {
    if (slot.used && !slot.dead) os::Nudge(slot.socket.get());
  }
  control_.header().room_bell.Ring();
}

// Keeps a few free extents backed, so that leasing one does not wait. One per call: others want to be served.
bool ServerCore::ReserveAhead() {
  if (!reserve_ahead_) return false;
  if (HelloIsNear()) return true;  // first those who want to come in; do not fall asleep over it
  const Geometry& g = control_.geometry();
  const uint64_t target =
      std::clamp<uint64_t>(kAheadBytes / g.extent_bytes(), 1, std::max<uint64_t>(1, g.extents() / 8));
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
  if (ready < target && next != UINT64_MAX && Reserve(next)) return true;
  reserve_ahead_ = false;
  // Clients that keep windows warm take what is ready.
  for (const Slot& slot : slots_) {
    if (slot.used && !slot.dead) os::Nudge(slot.socket.get());
  }
  return false;
}

}  // namespace atollstore
