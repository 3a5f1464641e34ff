#include "server/doorway.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "os/sync.h"
#include "server/events.h"
#include "server/lost.h"

namespace atollstore {
namespace {
constexpr int64_t kDeafNanos = 100'000'000;  // without a descriptor for another connection
}  // namespace

void Doorway::Use(const Control& control, Watcher* watcher) {
  control_ = control;
  watcher_ = watcher;
  if (!file_.known()) {
    file_.device = control_.header().socket_device.load();
    file_.file = control_.header().socket_file.load();
  }
}

Status Doorway::Open() {
  // Clients see in the socket who has called this last: the process that serves them.
  ATOLL_RETURN_IF_ERROR(os::ListenAgain(listener_.get()));
  return WatchListener();
}

Status Doorway::Keep(const os::WakeFd* wake, bool follows) {
  keeper_ = std::make_unique<SocketKeeper>(path_, file_, wake);
  return keeper_->Start(follows);
}

void Doorway::Close() {
  if (keeper_ != nullptr) {
    keeper_->Stop();
    if (const auto made = keeper_->TakeMade()) file_ = made->file;
  }
  (void)os::RemoveSocket(path_, file_);
}

Status Doorway::WatchListener() { return watcher_->Watch(listener_.get(), Event(kListener, 0)); }

void Doorway::AcceptAll() {
  for (;;) {
    os::UniqueFd fd = os::Accept(listener_.get());
    if (!fd.valid() && !os::OutOfDescriptors()) return;
    // Those that have been silent for longest make room for those who may have something to say.
    if ((!fd.valid() || guests_.size() >= kMostGuests) && !DropOldest()) {
      // They wait in the queue of the socket. It would wake this thread again and again.
      watcher_->Forget(listener_.get());
      listen_again_at_ = os::NowNanos() + kDeafNanos;
      return;
    }
    if (!fd.valid()) continue;
    auto peer = os::PeerOf(fd.get());
    if (!peer.ok()) continue;
    const int number = fd.get();
    if (!watcher_->Watch(number, Event(kGuest, static_cast<uint32_t>(number))).ok()) continue;
    guests_.emplace(number, Guest{std::move(fd), std::move(peer).value(), os::NowNanos()});
  }
}

bool Doorway::DropOldest() {
  const auto oldest = std::min_element(guests_.begin(), guests_.end(), [](const auto& a, const auto& b) {
    return a.second.since < b.second.since;
  });
  if (oldest == guests_.end()) return false;
  guests_.erase(oldest);
  return true;
}

Doorway::Guest Doorway::Take(int number) {
  auto node = guests_.extract(number);
  if (node.empty()) return {};
  watcher_->Forget(number);
  return std::move(node.mapped());
}

bool Doorway::ListenAgain() {
  if (listen_again_at_ == 0 || os::NowNanos() < listen_again_at_) return listen_again_at_ != 0;
  if (WatchListener().ok()) listen_again_at_ = 0;
  return true;
}

void Doorway::TakeMade() {
  if (keeper_ == nullptr) return;
  if (auto made = keeper_->TakeMade()) ListenTo(std::move(*made));
}

void Doorway::LookAround() {
  if (!listener_.ours()) ListenAnew();
}

void Doorway::ListenAnew() {
  const int lost = listener_.get();
  os::SocketFile file;
  auto made = os::Listen(path_, &file);
  if (!made.ok()) {
    if (!std::exchange(told_, true)) TellLost(path_, lost, "at which clients come", false);
    // The supervisor has the listener, too, so that nobody else may listen there: it starts the next life with it.
    if (control_.header().supervised.load() != 0) std::abort();
    return;
  }
  (void)listener_.release();
  listener_ = os::UniqueFd(made.value().release());  // noted again, if it is the same number
  TellLost(path_, lost, "at which clients come", true);
  told_ = false;
  Note(file);
  listen_again_at_ = WatchListener().ok() ? 0 : os::NowNanos();
}

// Who has connected to the old one is let in still.
void Doorway::ListenTo(SocketKeeper::Made made) {
  if (listener_.ours()) {
    AcceptAll();
    watcher_->Forget(listener_.get());
  }
  listener_ = std::move(made.listener);
  Note(made.file);
  listen_again_at_ = WatchListener().ok() ? 0 : os::NowNanos();
}

void Doorway::Note(const os::SocketFile& file) {
  file_ = file;
  if (keeper_ != nullptr) keeper_->Keep(file);
  control_.header().socket_device.store(file.device, std::memory_order_relaxed);
  control_.header().socket_file.store(file.file, std::memory_order_relaxed);
}

void Doorway::WatchAgain() {
  if (listen_again_at_ == 0 && !WatchListener().ok()) listen_again_at_ = os::NowNanos();
  for (const auto& [number, guest] : guests_)
    (void)watcher_->Watch(number, Event(kGuest, static_cast<uint32_t>(number)));
}

}  // namespace atollstore
