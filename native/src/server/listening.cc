// Descriptors of the server that somebody else in its process has closed by mistake, taken again.
#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <utility>

#include "server/events.h"
#include "server/server_core.h"

namespace atollstore {
namespace {
constexpr int64_t kLookNanos = int64_t{ServerCore::kLookMillis} * 1'000'000;
}  // namespace

void ServerCore::LookAround() {
  if (keeper_ != nullptr) {
    if (auto made = keeper_->TakeMade()) ListenTo(std::move(*made));
  }
  const int64_t now = os::NowNanos();
  if (now < look_around_at_) return;
  look_around_at_ = now + kLookNanos;
  if (!wake_.ours()) {
    const int lost = wake_.get();
    const bool made = wake_.Make();
    if (made) (void)Watch(wake_.get(), Event(kWake, 0));
    Lost(lost, "by which its threads wake each other", made);
  }
  if (!listener_.ours()) ListenAnew();
}

void ServerCore::Lost(int descriptor, const char* what, bool again) const {
  std::fprintf(stderr, "atoll: descriptor %d, %s, was closed by somebody else in the server (pid %d) of %s; it has %s\n",
               descriptor, what, ::getpid(), socket_path_.c_str(), again ? "another one now" : "none now");
}

void ServerCore::ListenAnew() {
  const int lost = listener_.get();
  os::SocketFile file;
  auto made = os::Listen(socket_path_, &file);
  if (!made.ok()) {
    if (!std::exchange(told_, true)) Lost(lost, "at which clients come", false);
    // The supervisor has the listener, too, so that nobody else may listen there: it starts the next life with it.
    if (control_.header().supervised.load() != 0) std::abort();
    return;
  }
  (void)listener_.release();
  listener_ = os::UniqueFd(made.value().release());  // noted again, if it is the same number
  Lost(lost, "at which clients come", true);
  told_ = false;
  NoteSocket(file);
  listen_again_at_ = Watch(listener_.get(), Event(kListener, 0)).ok() ? 0 : os::NowNanos();
}

// Who has connected to the old one is let in still.
void ServerCore::ListenTo(SocketKeeper::Made made) {
  if (listener_.ours()) {
    AcceptAll();
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, listener_.get(), nullptr);
  }
  listener_ = std::move(made.listener);
  NoteSocket(made.file);
  listen_again_at_ = Watch(listener_.get(), Event(kListener, 0)).ok() ? 0 : os::NowNanos();
}

void ServerCore::NoteSocket(const os::SocketFile& file) {
  socket_file_ = file;
  if (keeper_ != nullptr) keeper_->Keep(file);
  control_.header().socket_device.store(file.device, std::memory_order_relaxed);
  control_.header().socket_file.store(file.file, std::memory_order_relaxed);
}

// Everything is watched again; what has ended meanwhile says so at once.
void ServerCore::WatchAnew() {
  const int lost = epoll_.release();
  epoll_ = os::UniqueFd(::epoll_create1(EPOLL_CLOEXEC));
  Lost(lost, "by which it waits", epoll_.valid());
  if (!epoll_.valid()) {
    const timespec pause{0, 10'000'000};  // there may be one later
    (void)::nanosleep(&pause, nullptr);
    return;
  }
  (void)Watch(wake_.get(), Event(kWake, 0));
  if (listen_again_at_ == 0 && !Watch(listener_.get(), Event(kListener, 0)).ok()) listen_again_at_ = os::NowNanos();
  for (const auto& [number, guest] : guests_) (void)Watch(number, Event(kGuest, static_cast<uint32_t>(number)));
  for (uint32_t client = 1; client < slots_.size(); ++client) {
    const Slot& slot = slots_[client];
    if (!slot.used || slot.dead) continue;
    if (slot.socket.valid()) (void)Watch(slot.socket.get(), Event(kSocket, client));
    if (slot.pidfd.valid()) (void)Watch(slot.pidfd.get(), Event(kPidFd, client));
  }
}

}  // namespace atollstore
