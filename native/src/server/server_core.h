// The server of one store: it owns the two segments, lets clients in, and is the only one to take things
// away. One thread does all of that: its own after Start(), or whoever calls Poll() after Open() (harnesses
// that step through it). The other public methods hand their wish to that thread and may be called from any.
#ifndef ATOLL_SERVER_SERVER_CORE_H_
#define ATOLL_SERVER_SERVER_CORE_H_

#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "atoll/c.h"
#include "result.h"
#include "layout/geometry.h"
#include "layout/wire.h"
#include "os/shared_fd.h"
#include "os/shared_memory.h"
#include "os/socket.h"
#include "os/sync.h"
#include "os/thread.h"
#include "server/burial.h"
#include "server/name_table.h"
#include "server/recovery.h"
#include "server/reserver.h"
#include "server/room_queue.h"
#include "server/segments.h"
#include "server/socket_keeper.h"
#include "server/sweeper.h"
#include "spill/spiller.h"

namespace atollstore {

class ServerCore {
 public:
  // Makes the store and listens. Nothing happens until Poll().
  static Result<std::unique_ptr<ServerCore>> Open(const atoll_server_options& options);
  // The same over segments that had a server before, which has died. What it was doing is brought to an end,
  // and clients go on with this one. Of the options the socket path and await_farewell count.
  static Result<std::unique_ptr<ServerCore>> TakeOver(const atoll_server_options& options, Segments segments);
  // Poll() for ever in a thread of its own.
  Status StartThread();
  // Open() and StartThread().
  static Result<std::unique_ptr<ServerCore>> Start(const atoll_server_options& options);
  ~ServerCore();
  // One round: does what there is to do, waits up to `timeout_ms` (< 0: for ever) for events and handles
  // them. Returns whether there was anything. REQUIRES: from Open(), and always the same thread.
  bool Poll(int timeout_ms);
  void Stop();

  // Whether what a server before this one has left is in order again. Until then clients are let in, and nothing else is
  // done for them.
  bool recovered() const { return recovery_ == nullptr; }
  // How often at least the thread looks whether its descriptors are still its own.
  static constexpr int kLookMillis = 5'000;
  int spill_lock() const { return spiller_ == nullptr ? -1 : spiller_->lock(); }
  // The two segments, for who checks them. The server writes while it runs.
  const Control& control() const { return control_; }
  const os::Mapping& data() const { return data_mapping_; }

  Result<int64_t> DeadClient();
  Status BuryDead(uint64_t client);

 private:
  struct Slot {
    os::UniqueFd socket, pidfd;
    bool used = false;
    bool dead = false;
  };

  ServerCore() = default;
  Status Begin(const atoll_server_options& options, Segments segments);
  static void Run(void* self);
  void Loop();
  // Waits for events and handles them. Returns whether there was any.
  bool HandleEvents(int timeout_ms);
  void Handle(uint64_t event);
  // To clients: from here on changes in shared memory are noticed only after a nudge, or are again.
  void SaySleeping(bool sleeping);
  void Wake();
  void RunCommands();
  bool InAHurry() const;
  // Those that have something to give back; those that would have more ready than they have.
  void AskToGiveBack(RoomQueue::Asked asked);
  void TellWhoKeepsWarm();
  void Nudge(uint32_t client);
  // Sweeps, serves those who wait and reserves pages. Returns whether there was anything to do.
  bool Work();

  // attach.cc
  Status OpenSpill(const atoll_server_options& options);
  Status MapSegments(Segments segments);
  Status Watch(int fd, uint64_t event);
  void AcceptAll();
  bool DropOldestGuest();
  bool ListenAgain();
  void Greet(int fd);
  // Whether a process may have the segments, to look or to work in them. What is against it is in `welcome`.
  bool MayCome(const os::Peer& peer, const Hello& hello, Welcome* welcome) const;
  uint32_t Admit(os::Peer peer, const Hello& hello, Welcome* welcome);

  // listening.cc
  void LookAround();
  void ListenAnew();
  void ListenTo(SocketKeeper::Made made);
  void NoteSocket(const os::SocketFile& file);
  void WatchAnew();
  void Lost(int descriptor, const char* what, bool again) const;

  // requests.cc
  bool TakeRequests(uint32_t client);
  void AnswerName(uint32_t client, const NameRequest& request);
  bool AnswerLateNames();

  // takeover.cc
  Status Recover();
  // Watches the client of this slot again, or buries it.
  Status FindAgain(uint32_t client);
  // Whether this is the client of that slot, whose connection has ended.
  bool Resume(const os::Peer& peer, const Hello& hello) const;

  // deaths.cc
  void NoteDeath(uint32_t client);
  void Bury(uint32_t client);
  bool GoOnBurying();

  std::unique_ptr<os::SharedMemory> control_memory_, data_memory_;
  os::Mapping control_mapping_, data_mapping_;
  Control control_;
  std::unique_ptr<Reserver> reserver_;
  std::unique_ptr<Sweeper> sweeper_;
  std::unique_ptr<NameTable> names_;
  std::string socket_path_;      // absolute
  os::SocketFile socket_file_;   // what was made there
  bool told_ = false;            // that the listener is gone
  std::unique_ptr<SocketKeeper> keeper_;  // null: without a thread nobody looks after it
  int64_t look_around_at_ = 0;
  bool await_farewell_ = false;
  bool follows_ = false;  // another life of the same store

  os::UniqueFd epoll_, listener_;
  os::WakeFd wake_;
  os::UniqueFd lock_;        // of the control segment: one server at a time
  os::UniqueFd spill_lock_;  // on its way to the spiller
  std::vector<Slot> slots_;  // by client index
  // Connected, and has not said hello.
  struct Guest {
    os::UniqueFd socket;
    os::Peer peer;
    int64_t since;
  };
  std::map<int, Guest> guests_;  // by descriptor
  int64_t listen_again_at_ = 0;  // 0: it listens
  std::unique_ptr<Recovery> recovery_;  // null: it is done
  std::deque<Burial> burials_;          // first come first
  // What is to have a name, and waits for control memory for that; first come first.
  std::deque<std::pair<uint32_t, NameRequest>> late_names_;

  std::unique_ptr<Spiller> spiller_;  // null: nothing is spilled
  std::unique_ptr<RoomQueue> room_;

  std::mutex mutex_;  // of what follows
  std::condition_variable done_;
  std::vector<uint32_t> dead_;  // await burial
  std::vector<uint32_t> to_bury_;
  bool stopping_ = false;
  bool stopped_ = false;
  bool threaded_ = false;
  os::Thread thread_;
};

}  // namespace atollstore

#endif  // ATOLL_SERVER_SERVER_CORE_H_
