// What the server's thread waits for: descriptors, each with a number that says what it is (server/events.h). The
// server's thread alone.
//
// Somebody else in the process may close the descriptor by which it waits. Then it takes another one, and whoever has
// something to be watched watches it again.
#ifndef ATOLL_SERVER_WATCHER_H_
#define ATOLL_SERVER_WATCHER_H_

#include <cstdint>
#include <string>

#include "os/unique_fd.h"
#include "result.h"

namespace atollstore {

class Watcher {
 public:
  // `store` is for what there is to say.
  Status Open(const std::string& store);

  // Fails with SYSTEM.
  Status Watch(int fd, uint64_t event);
  // Not any more; nothing happens when it was not.
  void Forget(int fd);

  static constexpr int kMostEvents = 64;
  // Waits up to `timeout_ms` (< 0: for ever). Returns how many events there are. `anew`: it is another descriptor, and nothing
  // is watched any more.
  int Wait(int timeout_ms, uint64_t (&events)[kMostEvents], bool* anew);

 private:
  bool OpenAnew();

  std::string store_;
  os::UniqueFd epoll_;
};

}  // namespace atollstore

#endif  // ATOLL_SERVER_WATCHER_H_
