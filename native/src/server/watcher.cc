#include "server/watcher.h"

#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

#include "server/lost.h"

namespace atollstore {

Status Watcher::Open(const std::string& store) {
  store_ = store;
  epoll_ = os::UniqueFd(::epoll_create1(EPOLL_CLOEXEC));
  return epoll_.valid() ? Status() : Status::System("epoll_create1");
}

Status Watcher::Watch(int fd, uint64_t event) {
  epoll_event watched{};
  watched.events = EPOLLIN;
  watched.data.u64 = event;
  return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &watched) == 0 ? Status() : Status::System("epoll_ctl");
}

void Watcher::Forget(int fd) { ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr); }

int Watcher::Wait(int timeout_ms, uint64_t (&events)[kMostEvents], bool* anew) {
  epoll_event seen[kMostEvents];
  const int count = ::epoll_wait(epoll_.get(), seen, kMostEvents, timeout_ms);
  *anew = count < 0 && (errno == EBADF || errno == EINVAL) && OpenAnew();
  for (int i = 0; i < count; ++i) events[i] = seen[i].data.u64;
  return std::max(0, count);
}

bool Watcher::OpenAnew() {
  const int lost = epoll_.release();
  epoll_ = os::UniqueFd(::epoll_create1(EPOLL_CLOEXEC));
  if (epoll_.valid() || lost >= 0) TellLost(store_, lost, "by which it waits", epoll_.valid());
  if (epoll_.valid()) return true;
  const timespec pause{0, 10'000'000};  // there may be one later
  (void)::nanosleep(&pause, nullptr);
  return false;
}

}  // namespace atollstore
