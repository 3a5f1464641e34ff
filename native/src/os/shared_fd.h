// A descriptor that several threads use while its owner may put another one in its place: when somebody else in the process
// has closed it. Whoever uses it takes now(), asks ours(), and finds at worst that it is not to be had in this moment.
#ifndef ATOLL_OS_SHARED_FD_H_
#define ATOLL_OS_SHARED_FD_H_

#include <atomic>
#include <utility>

#include "os/unique_fd.h"

namespace atollstore::os {

class SharedFd {
 public:
  Fd now() const { return now_.load(std::memory_order_acquire); }

  // For one thread, the owner.
  int get() const { return fd_.get(); }
  bool valid() const { return fd_.valid(); }
  bool ours() const { return fd_.ours(); }
  // The number stays where it still is the old one's: then nobody uses one that is closed.
  bool Set(UniqueFd next) {
    const bool reused = next.valid() && next.get() == fd_.get();  // by this one
    if (reused || !fd_.ours()) {
      (void)fd_.release();
      fd_ = UniqueFd(next.release());  // noted again, if it is the same number
    } else if (!fd_.Replace(std::move(next))) {
      return false;
    }
    now_.store(fd_.fd(), std::memory_order_release);
    return true;
  }

 private:
  UniqueFd fd_;
  std::atomic<Fd> now_{Fd()};
  static_assert(std::atomic<Fd>::is_always_lock_free);
};

// An eventfd by which threads wake one that polls.
class WakeFd {
 public:
  Fd now() const { return fd_.now(); }
  int get() const { return fd_.get(); }
  bool valid() const { return fd_.valid(); }
  // Any thread. Nothing is written when the number is another file's by now.
  void Ring() const;

  // For the thread that polls. Makes it, or makes it anew; returns false, with errno, when there is none.
  bool Make();
  bool ours() const { return fd_.ours(); }
  void Clear() const;

 private:
  SharedFd fd_;
};

}  // namespace atollstore::os

#endif  // ATOLL_OS_SHARED_FD_H_
