#include "handles.h"

#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <mutex>

#include "os/unique_fd.h"

namespace atollstore {
namespace {

std::mutex mutex;  // of the list; held while the process forks
Handle* first = nullptr;
pid_t parent = 0;
// Of those below, as often as they are registered: the first one locks, the last one unlocks.
thread_local int forking = 0;

}  // namespace

// Twice, by two threads at once: a lock that one of them holds while another one forks would stay locked in the child.
Status Handle::WatchForks() {
  static std::atomic<bool> watching{false};
  if (watching.load(std::memory_order_acquire)) return {};
  if (const int error = ::pthread_atfork(Prepare, Parent, Child); error != 0) {
    errno = error;
    return Status::System("pthread_atfork");
  }
  watching.store(true, std::memory_order_release);
  return {};
}

void Handle::Register() {
  std::lock_guard lock(mutex);
  next_ = first;
  if (first != nullptr) first->before_ = this;
  first = this;
}

void Handle::Unregister() {
  std::lock_guard lock(mutex);
  if (next_ != nullptr) next_->before_ = before_;
  (before_ != nullptr ? before_->next_ : first) = next_;
}

Status Handle::ForkedFrom(pid_t parent) {
  return Status::Error(ATOLL_DISCONNECTED,
                       "this process was forked from the one that attached (pid %d); attach again", parent);
}

void Handle::Prepare() {
  if (forking++ != 0) return;
  mutex.lock();
  parent = ::getpid();
}

void Handle::Parent() {
  if (--forking == 0) mutex.unlock();
}

void Handle::Child() {
  if (--forking != 0) return;
  for (Handle* handle = first; handle != nullptr; handle = handle->next_) {
    if (handle->forked_from_ != 0) continue;  // by this process's parent's parent
    handle->forked_from_ = parent;
    handle->InChild();
  }
  os::CloseOwnedDescriptors();
  mutex.unlock();
}

}  // namespace atollstore
