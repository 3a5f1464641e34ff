// Answering clients that ask for something, and telling who waits for room.
#include "server/server_core.h"

namespace atollstore {

void ServerCore::NudgeAll() const {
  for (const Slot& slot : slots_) {
    if (slot.used && !slot.dead) os::Nudge(slot.socket.get());
  }
}

bool ServerCore::AnswerClients() {
  bool any = false;
  control_.EachClient([&](uint32_t client) {
    if (slots_[client].used && !slots_[client].dead) any = Answer(client) || any;
  });
  return any;
}

// In as many rounds as it takes. Returns whether the client has asked.
bool ServerCore::Answer(uint32_t client) {
  ClientRecord& record = control_.client(client);
  const uint32_t asked = record.asked.load(std::memory_order_seq_cst);
  if (asked == record.answered.load(std::memory_order_relaxed)) return false;
  if (!sweeper_->more()) sweeper_->Sweep();  // what it had dropped before it asked
  if (sweeper_->more()) return true;         // and is answered when that has been looked at
  if (!reserver_->Refill()) return true;
  // Whoever still lacks room after this needs what others hold without using it.
  const bool wants_room = record.wants_room.load(std::memory_order_seq_cst) != 0;
  if (wants_room) SetPressure();
  if (wants_room && reserver_->opening()) return true;
  const Reserver::Backing backing = reserver_->Back(client);
  if (backing == Reserver::Backing::kUnderWay) return true;
  const bool refused = backing == Reserver::Backing::kRefused || reserver_->refused();
  record.refused.store(refused, std::memory_order_relaxed);
  // release; pairs with the acquire in ClientCore::AskServer().
  record.answered.store(asked, std::memory_order_release);
  os::FutexWake(&record.answered, UINT32_MAX);
  if (!wants_room) return true;
  QueueForRoom(client);
  control_.EachClient([&](uint32_t other) {
    if (other != client && slots_[other].used && !slots_[other].dead) os::Nudge(slots_[other].socket.get());
  });
  return true;
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
  NudgeAll();
  control_.header().room_bell.Ring();
}

}  // namespace atollstore
