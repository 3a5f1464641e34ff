// Owns one file descriptor. Movable, not copyable. All that are owned in this process are known, so that a
// child of fork() can close them: a socket or a lock that stays open there outlives its owner.
#ifndef ATOLL_OS_UNIQUE_FD_H_
#define ATOLL_OS_UNIQUE_FD_H_

#include <unistd.h>

#include <utility>

namespace atollstore::os {

void NoteOwned(int fd);
void ForgetOwned(int fd);
// Closes every descriptor that some UniqueFd owns. For a child of fork(), in which none of these is destroyed
// or used any more. Async-signal-safe.
void CloseOwnedDescriptors();
// How many there are.
int OwnedDescriptors();

class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) { NoteOwned(fd); }
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  ~UniqueFd() { reset(); }

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  // The caller closes it from now on.
  int release() {
    ForgetOwned(fd_);
    return std::exchange(fd_, -1);
  }
  void reset() {
    if (fd_ < 0) return;
    ForgetOwned(fd_);  // before it is closed: then another thread may get the number
    ::close(fd_);
    fd_ = -1;
  }

 private:
  int fd_ = -1;
};

}  // namespace atollstore::os

#endif  // ATOLL_OS_UNIQUE_FD_H_
