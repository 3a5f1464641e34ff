// Answering clients that ask for something, and telling who waits for room.
#include "server/server_core.h"

namespace atollstore {

bool ServerCore::AnswerClients() {
  bool any = false;
  control_.EachClient([&](uint32_t client) {
    if (!slots_[client].used || slots_[client].dead) return;
    ClientRecord& record = control_.client(client);
    const uint32_t asked = record.asked.load(std::memory_order_seq_cst);
    if (asked == record.answered.load(std::memory_order_relaxed)) return;
    any = true;
    sweeper_->Sweep();  // what it had dropped before it asked
    if (sweeper_->more()) return;  // and is answered when that has been looked at
    (void)RefillControl();
    uint32_t refused = 0;
    for (uint64_t extent = 0; extent < control_.geometry().extents() && refused == 0; ++extent) {
      const uint32_t word = control_.extent(extent).load(std::memory_order_acquire);
      if ((word & kExtentOwnerMask) == client && (word & kExtentReserved) == 0) refused = !Reserve(extent);
    }
    record.refused.store(refused != 0 || memory_refused_, std::memory_order_relaxed);
    record.answered.store(asked, std::memory_order_release);
    os::FutexWake(&record.answered, UINT32_MAX);
    reserve_ahead_ = true;
    // Whoever still lacks room after this needs what others hold without using it.
    if (record.wants_room.load(std::memory_order_seq_cst) != 0) {
      SetPressure();
      QueueForRoom(client);
      control_.EachClient([&](uint32_t other) {
        if (other != client && slots_[other].used && !slots_[other].dead)
          os::Nudge(slots_[other].socket.get());
      });
    }
  });
  return any;
}

void ServerCore::TellOfRoom(bool freed) {
  if (!pressure_) return;
  pressure_ = false;
  control_.EachClient([&](uint32_t client) {
    pressure_ = pressure_ || control_.client(client).wants_room.load(std::memory_order_seq_cst) != 0;
  });
  pressure_ = pressure_ || (spiller_ != nullptr && spiller_->wanted().runs != 0);
  if (!pressure_) control_.header().pressure.store(0, std::memory_order_seq_cst);
  if (!freed) return;
  // The owners of what became free look whether an extent of theirs is empty now.
  for (const Slot& slot : slots_) {
    if (slot.used && !slot.dead) os::Nudge(slot.socket.get());
  }
  control_.header().room_bell.Ring();
}

}  // namespace atollstore
