#include "server/deaths.h"

#include <algorithm>
#include <utility>

namespace atollstore {

Deaths::Deaths(const Control& control, Sweeper* sweeper, Reserver* reserver, std::function<void(uint32_t client)> begins,
               std::function<void(uint32_t client)> ends)
    : control_(control),
      sweeper_(sweeper),
      reserver_(reserver),
      begins_(std::move(begins)),
      ends_(std::move(ends)) {}

void Deaths::Note(uint32_t client) {
  ClientRecord& record = control_.client(client);
  if (record.state.load() != static_cast<uint32_t>(ClientState::kDetached))
    record.state.store(static_cast<uint32_t>(ClientState::kDead), std::memory_order_seq_cst);
  if (!await_farewell_) return Bury(client);
  {
    std::lock_guard lock(mutex_);
    dead_.push_back(client);
  }
  control_.header().scheduler_bell.Ring();
}

void Deaths::TakeAsked() {
  std::vector<uint32_t> asked;
  {
    std::lock_guard lock(mutex_);
    asked.swap(asked_);
  }
  for (const uint32_t client : asked) Bury(client);
}

void Deaths::Bury(uint32_t client) {
  const auto has = [client](const Burial& burial) { return burial.client() == client; };
  if (std::any_of(burials_.begin(), burials_.end(), has)) return;
  begins_(client);
  burials_.emplace_back(control_, client, sweeper_, reserver_);
}

bool Deaths::GoOn() {
  if (burials_.empty()) return false;
  const Burial& burial = burials_.front();
  if (!burials_.front().Go()) return true;
  const uint32_t client = burial.client();
  sweeper_->Sweep();  // who waits for its end finds free what it held, as far as that goes in a slice
  ends_(client);
  burial.FreeSlot();
  burials_.pop_front();
  std::lock_guard lock(mutex_);
  std::erase(dead_, client);
  std::erase(asked_, client);  // said twice, it would be of whoever has the slot next
  done_.notify_all();
  return true;
}

void Deaths::Stop() {
  std::lock_guard lock(mutex_);
  stopped_ = true;
  done_.notify_all();
}

Result<int64_t> Deaths::DeadClient() {
  std::lock_guard lock(mutex_);
  if (dead_.empty()) return Status(ATOLL_NOT_FOUND);
  return int64_t{dead_.front()};
}

bool Deaths::IsAmongDead(uint64_t client) const { return std::find(dead_.begin(), dead_.end(), client) != dead_.end(); }

bool Deaths::Unburied(uint64_t client) {
  std::lock_guard lock(mutex_);
  return IsAmongDead(client);
}

Status Deaths::AskForBurial(uint64_t client) {
  std::lock_guard lock(mutex_);
  if (!IsAmongDead(client)) return Status::Error(ATOLL_NOT_FOUND, "no dead client %lu waits for its burial", client);
  asked_.push_back(static_cast<uint32_t>(client));
  return {};
}

Status Deaths::AwaitBurial(uint64_t client) {
  std::unique_lock lock(mutex_);
  done_.wait(lock, [&] { return stopped_ || !IsAmongDead(client); });
  return IsAmongDead(client) ? Status::Error(ATOLL_DISCONNECTED, "the server has been stopped") : Status();
}

}  // namespace atollstore
