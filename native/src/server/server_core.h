// The server of one store: it owns the two segments, lets clients in, and is the only one to take things
// away. One thread does all of that; the public methods hand their wish to it and may be called from any
// thread.
#ifndef ATOLL_SERVER_SERVER_CORE_H_
#define ATOLL_SERVER_SERVER_CORE_H_

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "atoll/c.h"
#include "atoll/result.h"
#include "layout/geometry.h"
#include "layout/wire.h"
#include "os/memory_limits.h"
#include "os/shared_memory.h"
#include "os/socket.h"
#include "os/sync.h"
#include "server/sweeper.h"

namespace atollstore {

class ServerCore {
 public:
  static Result<std::unique_ptr<ServerCore>> Start(const atoll_server_options& options);
  ~ServerCore();
  void Stop();

  Result<int64_t> DeadClient();
  Status Bury(uint64_t client);

 private:
  struct Slot {
    os::UniqueFd socket, pidfd;
    bool used = false;
    bool dead = false;
  };

  ServerCore() = default;
  static void Run(void* self);
  void Loop();
  void Handle(uint64_t event);
  void Wake();
  void RunCommands();
  // Sweeps, answers clients and reserves pages. Returns whether there was anything to do.
  bool Work();

  // attach.cc
  Status OpenSegments(const atoll_server_options& options);
  Status Watch(int fd, uint64_t event);
  void AcceptAll();
  void Greet(int fd);
  uint32_t Admit(os::Peer peer, const Hello& hello, Welcome* welcome);

  // burial.cc
  void NoteDeath(uint32_t client);
  void BuryNow(uint32_t client);

  // pages.cc
  bool Reserve(uint64_t extent);
  bool AnswerClients();
  bool ReserveAhead();
  void TellOfRoom(bool freed);

  std::unique_ptr<os::SharedMemory> control_memory_, data_memory_;
  os::Mapping control_mapping_, data_mapping_;
  Control control_;
  std::unique_ptr<Sweeper> sweeper_;
  os::MemoryLimits limits_;
  std::string socket_path_;
  bool await_farewell_ = false;

  os::UniqueFd epoll_, listener_, wake_;
  std::vector<Slot> slots_;                                  // by client index
  std::map<int, std::pair<os::UniqueFd, os::Peer>> guests_;  // connected, have not said hello
  bool reserve_ahead_ = true;
  bool pressure_ = false;

  std::mutex mutex_;  // of what follows
  std::condition_variable done_;
  std::vector<uint32_t> dead_;  // await burial
  std::vector<uint32_t> to_bury_;
  bool stopping_ = false;
  bool stopped_ = false;
  os::Thread thread_;
};

}  // namespace atollstore

#endif  // ATOLL_SERVER_SERVER_CORE_H_
