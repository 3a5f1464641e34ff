#include "server/socket_keeper.h"

#include <chrono>
#include <cstdio>
#include <utility>

namespace atollstore {

Status SocketKeeper::Start(bool doubtful) {
  doubtful_ = doubtful;
  return thread_.Start("atoll-socket", Run, this);
}

void SocketKeeper::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    work_.notify_all();
  }
  thread_.Join();
}

std::optional<SocketKeeper::Made> SocketKeeper::TakeMade() {
  if (!any_made_.load(std::memory_order_acquire)) return {};
  std::lock_guard lock(mutex_);
  any_made_.store(false, std::memory_order_relaxed);
  return std::exchange(made_, {});
}

void SocketKeeper::Keep(const os::SocketFile& file) {
  std::lock_guard lock(mutex_);
  file_ = file;
}

void SocketKeeper::Run(void* self) { static_cast<SocketKeeper*>(self)->Loop(); }

void SocketKeeper::Loop() {
  std::unique_lock lock(mutex_);
  for (bool doubtful = doubtful_; !stopping_; doubtful = false) {
    if (!doubtful) work_.wait_for(lock, std::chrono::milliseconds(kLookMillis));
    if (stopping_) return;
    const os::SocketFile ours = file_;
    lock.unlock();
    LookAt(ours, doubtful);
    lock.lock();
  }
}

void SocketKeeper::LookAt(const os::SocketFile& ours, bool doubtful) {
  const os::SocketFile there = os::SocketAt(path_);
  if (there.known() ? there == (doubtful ? others_ : ours) || there == others_ : !os::NothingAt(path_)) return;
  // Nothing is replaced to which somebody listens: the server itself, or another store.
  Made made;
  auto listening = os::Listen(path_, &made.file);
  if (!listening.ok()) {
    others_ = there;
    return;
  }
  made.listener = std::move(listening).value();
  others_ = {};
  std::fprintf(stderr, "atoll: the socket %s was taken away; there is another one now\n", path_.c_str());
  std::lock_guard lock(mutex_);
  file_ = made.file;
  made_ = std::move(made);
  any_made_.store(true, std::memory_order_release);
  wake_->Ring();
}

}  // namespace atollstore
