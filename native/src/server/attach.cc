// Mapping the segments, and letting clients in.
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "os/process.h"
#include "server/events.h"
#include "server/server_core.h"

namespace atollstore {
namespace {
constexpr size_t kMostGuests = 256;
constexpr int64_t kDeafNanos = 100'000'000;  // without a descriptor for another connection

bool Refuse(atoll_code code, Refusal reason, uint32_t detail, Welcome* welcome) {
  welcome->code = static_cast<uint32_t>(code);
  welcome->client = static_cast<uint32_t>(reason);
  welcome->detail = detail;
  return false;  // of MayCome(), and no client
}
}  // namespace

Status ServerCore::MapSegments(Segments segments) {
  control_memory_ = std::make_unique<os::SharedMemory>(std::move(segments.control));
  data_memory_ = std::make_unique<os::SharedMemory>(std::move(segments.data));
  listener_ = std::move(segments.listener);
  spill_lock_ = std::move(segments.spill_lock);
  if (control_memory_->size() < sizeof(Header)) {
    return Status::Error(ATOLL_CORRUPT, "control segment of %lu bytes", control_memory_->size());
  }
  auto control_mapping = os::Mapping::Map(*control_memory_, os::Mapping::Access::kReadWrite);
  if (!control_mapping.ok()) return control_mapping.status();
  auto data_mapping = os::Mapping::Map(*data_memory_, os::Mapping::Access::kRead);
  if (!data_mapping.ok()) return data_mapping.status();
  control_mapping_ = std::move(control_mapping).value();
  data_mapping_ = std::move(data_mapping).value();
  auto geometry = Geometry::OfHeader(*reinterpret_cast<const Header*>(control_mapping_.data()),
                                     control_memory_->size(), data_memory_->size());
  if (!geometry.ok()) return geometry.status();
  control_ = Control(control_mapping_.data(), geometry.value());
  slots_.resize(geometry.value().columns());
  reserver_ = std::make_unique<Reserver>(control_, control_memory_.get(), data_memory_.get(), &data_mapping_, &wake_);
  sweeper_ = std::make_unique<Sweeper>(control_, &data_mapping_, reserver_.get());
  names_ = std::make_unique<NameTable>(control_);
  room_ = std::make_unique<RoomQueue>(control_, sweeper_.get(), reserver_.get(),
                                      [this](RoomQueue::Asked asked) { AskToGiveBack(asked); });
  return {};
}

Status ServerCore::OpenSpill(const atoll_server_options& options) {
  if (options.spill_directory == nullptr || !spill_lock_.valid()) return {};
  auto window = os::Mapping::SetAside(*data_memory_);
  if (!window.ok()) return window.status();
  auto mapping = std::make_unique<os::Mapping>(std::move(window).value());
  auto heap = ClientHeap::Create(control_, kRestorer, data_memory_.get(), mapping.get(), nullptr);
  if (!heap.ok()) return heap.status();
  auto files = std::make_unique<SpillFiles>(options.spill_directory, control_.header().store.load(),
                                            options.spill_limit, std::move(spill_lock_));
  spiller_ = std::make_unique<Spiller>(control_, &data_mapping_, std::move(mapping), std::move(heap).value(),
                                       sweeper_.get(), std::move(files), &wake_, reserver_.get());
  room_->Use(spiller_.get());
  return {};
}

Status ServerCore::Watch(int fd, uint64_t event) {
  epoll_event watched{};
  watched.events = EPOLLIN;
  watched.data.u64 = event;
  return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &watched) == 0 ? Status() : Status::System("epoll_ctl");
}

void ServerCore::AcceptAll() {
  for (;;) {
    os::UniqueFd fd = os::Accept(listener_.get());
    if (!fd.valid() && !os::OutOfDescriptors()) return;
    // Those that have been silent for longest make room for those who may have something to say.
    if ((!fd.valid() || guests_.size() >= kMostGuests) && !DropOldestGuest()) {
      // They wait in the queue of the socket. It would wake this thread again and again.
      ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, listener_.get(), nullptr);
      listen_again_at_ = os::NowNanos() + kDeafNanos;
      return;
    }
    if (!fd.valid()) continue;
    auto peer = os::PeerOf(fd.get());
    if (!peer.ok()) continue;
    const int number = fd.get();
    if (!Watch(number, Event(kGuest, static_cast<uint32_t>(number))).ok()) continue;
    guests_.emplace(number, Guest{std::move(fd), std::move(peer).value(), os::NowNanos()});
  }
}

bool ServerCore::DropOldestGuest() {
  const auto oldest = std::min_element(guests_.begin(), guests_.end(), [](const auto& a, const auto& b) {
    return a.second.since < b.second.since;
  });
  if (oldest == guests_.end()) return false;
  guests_.erase(oldest);
  return true;
}

// Returns whether that is still to come.
bool ServerCore::ListenAgain() {
  if (listen_again_at_ == 0 || os::NowNanos() < listen_again_at_) return listen_again_at_ != 0;
  if (Watch(listener_.get(), Event(kListener, 0)).ok()) listen_again_at_ = 0;
  return true;
}

void ServerCore::Greet(int fd) {
  auto node = guests_.extract(fd);
  if (node.empty()) return;
  os::UniqueFd socket = std::move(node.mapped().socket);
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
  Hello hello{};
  auto received = os::ReceiveFrom(fd, &hello, sizeof(hello), &node.mapped().peer);
  if (!received.ok() || received.value() != sizeof(hello) || hello.magic != kMagic) return;
  Welcome welcome{kMagic, kLayoutVersion, ATOLL_OK, hello.client, 0};
  const int fds[] = {control_memory_->fd(), data_memory_->fd()};
  if (hello.client == kLooks) {
    const bool may = MayCome(node.mapped().peer, hello, &welcome);
    (void)os::Send(fd, &welcome, sizeof(welcome), fds, may ? 2 : 0);
    return;
  }
  if (hello.client != 0) {
    if (hello.layout_version != kLayoutVersion || !Resume(node.mapped().peer, hello)) {
      Refuse(ATOLL_REFUSED, Refusal::kForgotten, 0, &welcome);
    } else {
      slots_[hello.client].socket = std::move(socket);
      (void)Watch(fd, Event(kSocket, hello.client));
    }
    (void)os::Send(fd, &welcome, sizeof(welcome), nullptr, 0);
    return;
  }
  const uint32_t client = Admit(std::move(node.mapped().peer), hello, &welcome);
  if (client == 0) {
    (void)os::Send(fd, &welcome, sizeof(welcome), nullptr, 0);
    return;
  }
  Slot& slot = slots_[client];
  slot.socket = std::move(socket);
  const bool watched = Watch(slot.socket.get(), Event(kSocket, client)).ok() &&
                       Watch(slot.pidfd.get(), Event(kPidFd, client)).ok();
  if (!watched || !os::Send(fd, &welcome, sizeof(welcome), fds, 2).ok()) NoteDeath(client);
  reserver_->LookAhead();
}

bool ServerCore::MayCome(const os::Peer& peer, const Hello& hello, Welcome* welcome) const {
  if (hello.layout_version != kLayoutVersion) return Refuse(ATOLL_REFUSED, Refusal::kVersion, 0, welcome);
  if (peer.uid != ::geteuid()) return Refuse(ATOLL_REFUSED, Refusal::kUser, peer.uid, welcome);
  if (peer.pid == 0) return Refuse(ATOLL_REFUSED, Refusal::kNamespace, 0, welcome);
  if (!control_memory_->ours() || !data_memory_->ours())
    return Refuse(ATOLL_SYSTEM, Refusal::kSegments, 0, welcome);
  return true;
}

uint32_t ServerCore::Admit(os::Peer peer, const Hello& hello, Welcome* welcome) {
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

}  // namespace atollstore
