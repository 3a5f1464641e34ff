// A server life that follows another one: its clients are watched again by their pid and start time, at once, so that
// whoever comes finds a slot of its own; the rest is Recovery's, in slices.
#include <unistd.h>

#include "directory/directory.h"
#include "os/process.h"
#include "server/events.h"
#include "server/server_core.h"

namespace atollstore {

Status ServerCore::Recover() {
  Header& header = control_.header();
  header.server_pid.store(static_cast<uint64_t>(::getpid()));
  SaySleeping(false);
  // Before anything else: a client that finds it changed no longer trusts hints that this life did not write.
  if (header.server_epoch.fetch_add(1, std::memory_order_seq_cst) == 0) return {};
  auto recovery = Recovery::Begin(control_, sweeper_.get(), names_.get());
  if (!recovery.ok()) return recovery.status();
  recovery_ = std::move(recovery).value();
  room_->Recover();
  Status found;
  control_.EachClient([&](uint32_t client) {
    if (found.ok()) found = FindAgain(client);
  });
  return found;
}

Status ServerCore::FindAgain(uint32_t client) {
  ClientRecord& record = control_.client(client);
  // A client that has not taken its slot yet finds that it is gone, and asks again.
  uint32_t state = static_cast<uint32_t>(ClientState::kGreeted);
  record.state.compare_exchange_strong(state, static_cast<uint32_t>(ClientState::kFree));
  if (record.state.load() == static_cast<uint32_t>(ClientState::kFree)) {
    control_.RemoveClient(client);
    return {};
  }
  Slot& slot = slots_[client];
  slot.used = true;
  const auto pid = static_cast<pid_t>(record.pid.load());
  auto opened = pid > 0 ? os::OpenPidFd(pid) : Status::Error(ATOLL_NOT_FOUND, "no process");
  // After opening: the descriptor is of the process that has this start time, or of one that is not the
  // client.
  const uint64_t started = opened.ok() ? os::StartTime(pid) : 0;
  const uint64_t known = record.start_time.load();
  // What cannot be told is no death: this life does not begin, and the next one looks again.
  if (pid > 0 && known != 0 && started == 0 && os::Exists(pid)) {
    return opened.ok() ? Status::Error(ATOLL_SYSTEM, "open(/proc/%d/stat): since when it runs cannot be told", pid)
                       : opened.status();
  }
  const bool same = opened.ok() && (known == 0 || started == known);
  if (!same || state != static_cast<uint32_t>(ClientState::kAttached)) {
    NoteDeath(client);
    return {};
  }
  slot.pidfd = std::move(opened).value();
  return Watch(slot.pidfd.get(), Event(kPidFd, client));
}

bool ServerCore::Resume(const os::Peer& peer, const Hello& hello) const {
  if (hello.client >= slots_.size() || !slots_[hello.client].used || slots_[hello.client].dead) return false;
  const ClientRecord& record = control_.client(hello.client);
  const uint64_t started = os::StartTime(peer.pid), known = record.start_time.load();
  return peer.uid == ::geteuid() && record.pid.load() == static_cast<uint64_t>(peer.pid) &&
         (started == known || started == 0 || known == 0) && record.epoch.load() == hello.epoch;
}

}  // namespace atollstore
