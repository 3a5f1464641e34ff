#include "server/admission.h"

#include <unistd.h>

#include <utility>

#include "layout/control_budget.h"
#include "os/process.h"
#include "server/events.h"

namespace atollstore {
namespace {

bool Refuse(atoll_code code, Refusal reason, uint32_t detail, Welcome* welcome) {
  welcome->code = static_cast<uint32_t>(code);
  welcome->client = static_cast<uint32_t>(reason);
  welcome->detail = detail;
  return false;  // of MayCome(), and no client
}

}  // namespace

Admission::Admission(const Control& control, const os::SharedMemory* control_memory, const os::SharedMemory* data_memory,
                     Watcher* watcher, Reserver* reserver, std::function<void(uint32_t client)> died)
    : control_(control),
      control_memory_(control_memory),
      data_memory_(data_memory),
      watcher_(watcher),
      reserver_(reserver),
      died_(std::move(died)),
      slots_(control.geometry().columns()) {}

void Admission::Greet(Doorway::Guest guest) {
  const int fd = guest.socket.get();
  Hello hello{};
  auto received = os::ReceiveFrom(fd, &hello, sizeof(hello), &guest.peer);
  if (!received.ok() || received.value() != sizeof(hello) || hello.magic != kMagic) return;
  Welcome welcome{kMagic, kLayoutVersion, ATOLL_OK, hello.client, 0};
  const int fds[] = {control_memory_->fd(), data_memory_->fd()};
  if (hello.client == kLooks) {
    const bool may = MayCome(guest.peer, hello, &welcome);
    (void)os::Send(fd, &welcome, sizeof(welcome), fds, may ? 2 : 0);
    return;
  }
  if (hello.client != 0) {
    if (hello.layout_version != kLayoutVersion || !Resume(guest.peer, hello)) {
      Refuse(ATOLL_REFUSED, Refusal::kForgotten, 0, &welcome);
    } else {
      slots_[hello.client].socket = std::move(guest.socket);
      (void)watcher_->Watch(fd, Event(kSocket, hello.client));
    }
    (void)os::Send(fd, &welcome, sizeof(welcome), nullptr, 0);
    return;
  }
  const uint32_t client = Admit(std::move(guest.peer), hello, &welcome);
  if (client == 0) {
    (void)os::Send(fd, &welcome, sizeof(welcome), nullptr, 0);
    return;
  }
  Slot& slot = slots_[client];
  slot.socket = std::move(guest.socket);
  const bool watched = watcher_->Watch(slot.socket.get(), Event(kSocket, client)).ok() &&
                       watcher_->Watch(slot.pidfd.get(), Event(kPidFd, client)).ok();
  if (!watched || !os::Send(fd, &welcome, sizeof(welcome), fds, 2).ok()) died_(client);
  reserver_->LookAhead();
}

bool Admission::MayCome(const os::Peer& peer, const Hello& hello, Welcome* welcome) const {
  if (hello.layout_version != kLayoutVersion) return Refuse(ATOLL_REFUSED, Refusal::kVersion, 0, welcome);
  if (peer.uid != ::geteuid()) return Refuse(ATOLL_REFUSED, Refusal::kUser, peer.uid, welcome);
  if (peer.pid == 0) return Refuse(ATOLL_REFUSED, Refusal::kNamespace, 0, welcome);
  if (!control_memory_->ours() || !data_memory_->ours())
    return Refuse(ATOLL_SYSTEM, Refusal::kSegments, 0, welcome);
  return true;
}

uint32_t Admission::Admit(os::Peer peer, const Hello& hello, Welcome* welcome) {
  if (!MayCome(peer, hello, welcome)) return 0;
  if (!peer.pidfd.valid()) {
    const auto error = static_cast<uint32_t>(peer.pidfd_error);
    return error != 0 ? Refuse(ATOLL_SYSTEM, Refusal::kNoPidFd, error, welcome)
                      : Refuse(ATOLL_REFUSED, Refusal::kHeir, 0, welcome);
  }
  uint32_t client = 1;
  while (client < slots_.size() && slots_[client].used) ++client;
  if (client == slots_.size()) {
    return Refuse(ATOLL_TOO_MANY_CLIENTS, Refusal::kSlots, static_cast<uint32_t>(slots_.size() - 1), welcome);
  }
  // When there is none, and will be none, what it touches would be the memory of somebody who is killed for it.
  if (!ControlBudget::PayFrom(control_, ControlBudget::kPagesOfClient) && reserver_->Refill())
    return Refuse(ATOLL_STORE_FULL, Refusal::kMemory, 0, welcome);
  Slot& slot = slots_[client];
  slot.used = true;
  slot.dead = false;
  slot.pidfd = std::move(peer.pidfd);
  // Before anything is written there: a server that follows this one looks at no other records.
  control_.AddClient(client);
  ClientRecord& record = control_.client(client);
  record.pid.store(static_cast<uint64_t>(peer.pid), std::memory_order_relaxed);
  record.start_time.store(os::StartTime(peer.pid), std::memory_order_relaxed);
  // A promise: the client itself makes it kAttached. A server killed before that leaves nothing behind.
  record.state.store(static_cast<uint32_t>(ClientState::kGreeted), std::memory_order_seq_cst);
  control_.header().served.attached.fetch_add(1, std::memory_order_relaxed);
  welcome->client = client;
  return client;
}

Status Admission::FindAgain(uint32_t client) {
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
    died_(client);
    return {};
  }
  slot.pidfd = std::move(opened).value();
  return watcher_->Watch(slot.pidfd.get(), Event(kPidFd, client));
}

bool Admission::Resume(const os::Peer& peer, const Hello& hello) const {
  if (!Has(hello.client)) return false;
  const ClientRecord& record = control_.client(hello.client);
  const uint64_t started = os::StartTime(peer.pid), known = record.start_time.load();
  return peer.uid == ::geteuid() && record.pid.load() == static_cast<uint64_t>(peer.pid) &&
         (started == known || started == 0 || known == 0) && record.epoch.load() == hello.epoch;
}

void Admission::Nudge(uint32_t client) const {
  if (Has(client)) os::Nudge(slots_[client].socket.fd());
}

bool Admission::Died(uint32_t client) {
  if (!Has(client)) return false;
  Slot& slot = slots_[client];
  slot.dead = true;
  watcher_->Forget(slot.pidfd.get());
  watcher_->Forget(slot.socket.get());
  return true;
}

void Admission::WatchAgain() {
  for (uint32_t client = 1; client < slots_.size(); ++client) {
    const Slot& slot = slots_[client];
    if (!Has(client)) continue;
    if (slot.socket.valid()) (void)watcher_->Watch(slot.socket.get(), Event(kSocket, client));
    if (slot.pidfd.valid()) (void)watcher_->Watch(slot.pidfd.get(), Event(kPidFd, client));
  }
}

}  // namespace atollstore
