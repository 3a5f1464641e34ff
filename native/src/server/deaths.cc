// Who has died or left is buried, one after the other, after whoever awaits its farewell has said so.
#include <sys/epoll.h>

#include <algorithm>

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
  if (!await_farewell_) return Bury(client);
  {
    std::lock_guard lock(mutex_);
    dead_.push_back(client);
  }
  control_.header().scheduler_bell.Ring();
}

void ServerCore::Bury(uint32_t client) {
  const auto has = [client](const Burial& burial) { return burial.client() == client; };
  if (!slots_[client].dead || std::any_of(burials_.begin(), burials_.end(), has)) return;
  room_->Bury(client);
  burials_.emplace_back(control_, client, sweeper_.get(), reserver_.get());
}

// Goes on with the first for a slice. Returns whether there is one.
bool ServerCore::GoOnBurying() {
  if (burials_.empty()) return false;
  const Burial& burial = burials_.front();
  if (!burials_.front().Go()) return true;
  const uint32_t client = burial.client();
  sweeper_->Sweep();  // who waits for its end finds free what it held, as far as that goes in a slice
  slots_[client] = Slot();
  burial.FreeSlot();
  burials_.pop_front();
  std::lock_guard lock(mutex_);
  std::erase(dead_, client);
  done_.notify_all();
  return true;
}

}  // namespace atollstore
