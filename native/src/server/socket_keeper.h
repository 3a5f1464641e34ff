// Looks now and then whether the store's socket is still at its path, beside the server's thread, which must
// not wait for a disk. Where nothing is any more (whoever cleans temporary directories has taken it away), or
// a socket to which nobody listens, it makes another one, for the server to listen to instead. What else is
// there is somebody else's, and stays.
#ifndef ATOLL_SERVER_SOCKET_KEEPER_H_
#define ATOLL_SERVER_SOCKET_KEEPER_H_

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>

#include "os/shared_fd.h"
#include "os/socket.h"
#include "os/thread.h"

namespace atollstore {

class SocketKeeper {
 public:
  static constexpr int64_t kLookMillis = 1'000;

  struct Made {
    os::UniqueFd listener;
    os::SocketFile file;
  };

  // `path` is absolute, `file` what the server listens to there. `wake` is rung when there is another one. It
  // lives longer than this.
  SocketKeeper(std::string path, const os::SocketFile& file, const os::WakeFd* wake)
      : path_(std::move(path)), wake_(wake), file_(file) {}
  ~SocketKeeper() { Stop(); }
  SocketKeeper(const SocketKeeper&) = delete;
  SocketKeeper& operator=(const SocketKeeper&) = delete;

  // `doubtful`: somebody else has made the listener, and it may be another one than that at the path.
  Status Start(bool doubtful);
  void Stop();

  // What was made since the last call. The server's thread.
  std::optional<Made> TakeMade();
  // The server has made the socket itself, and listens there now. The server's thread.
  void Keep(const os::SocketFile& file);

 private:
  static void Run(void* self);
  void Loop();
  void LookAt(const os::SocketFile& ours, bool doubtful);

  const std::string path_;
  const os::WakeFd* const wake_;
  os::SocketFile others_;  // what is there and is not ours; of the thread
  bool doubtful_ = false;  // before it starts
  std::mutex mutex_;       // of what follows
  std::condition_variable work_;
  os::SocketFile file_;
  Made made_;
  std::atomic<bool> any_made_{false};  // spares the lock
  bool stopping_ = false;
  os::Thread thread_;
};

}  // namespace atollstore

#endif  // ATOLL_SERVER_SOCKET_KEEPER_H_
