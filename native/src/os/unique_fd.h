// Owns one file descriptor. Movable, not copyable. All that are owned in this process are known, so that a
// child of fork() can close them: a socket or a lock that stays open there outlives its owner.
//
// A number is all that a process has of a descriptor, and whoever in it closes a number too often closes that of somebody
// else, which the next open() then gets. So what a number stood for is remembered, as far as fstat() tells files apart
// (those without an inode, eventfds and the like, are all one to it): nothing of somebody else's is written to or closed.
#ifndef ATOLL_OS_UNIQUE_FD_H_
#define ATOLL_OS_UNIQUE_FD_H_

#include <cstdint>
#include <utility>

namespace atollstore::os {

// A descriptor that somebody owns, to be used by others.
struct alignas(8) Fd {  // one word, which threads load and store as a whole
  int number = -1;
  uint32_t file = 0;  // of its device and inode; 0: not known

  bool valid() const { return number >= 0; }
  // Whether the number still stands for that file. One system call.
  bool ours() const;
};

// Notes that this process owns the number, and what it stands for.
Fd NoteOwned(int fd);
void ForgetOwned(int fd);
// Closes what is still the owner's, and says so when it is not.
void CloseOwned(const Fd& fd);
// Closes every descriptor that some UniqueFd owns. For a child of fork(), in which none of these is destroyed
// or used any more. Async-signal-safe.
void CloseOwnedDescriptors();
// How many there are.
int OwnedDescriptors();

class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(NoteOwned(fd)) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, {})) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, {});
    }
    return *this;
  }
  ~UniqueFd() { reset(); }

  int get() const { return fd_.number; }
  Fd fd() const { return fd_; }
  bool valid() const { return fd_.valid(); }
  bool ours() const { return fd_.ours(); }
  // The caller closes it from now on.
  int release() {
    ForgetOwned(fd_.number);
    return std::exchange(fd_, {}).number;
  }
  // The number stands for what `other` did, which ends. Returns false, with errno, when that cannot be had.
  bool Replace(UniqueFd other);
  void reset() {
    if (fd_.valid()) CloseOwned(std::exchange(fd_, {}));
  }

 private:
  Fd fd_;
};

}  // namespace atollstore::os

#endif  // ATOLL_OS_UNIQUE_FD_H_
