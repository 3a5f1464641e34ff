// The server of one store: it owns the two segments, lets clients in, and is the only one to take things
// away. One thread does all of that: its own after Start(), or whoever calls Poll() after Open() (harnesses
// that step through it). The other public methods hand their wish to that thread and may be called from any.
//
// What it does is done by others, each with one job, which it makes, and lets have their turns in Work(): the doorway where
// clients come, their admission, deaths and requests, and who frees, moves, spills and reserves.
#ifndef ATOLL_SERVER_SERVER_CORE_H_
#define ATOLL_SERVER_SERVER_CORE_H_

#include <atomic>
#include <memory>

#include "atoll/c.h"
#include "layout/geometry.h"
#include "os/shared_fd.h"
#include "os/shared_memory.h"
#include "os/thread.h"
#include "result.h"
#include "server/admission.h"
#include "server/deaths.h"
#include "server/doorway.h"
#include "server/mover.h"
#include "server/name_table.h"
#include "server/recovery.h"
#include "server/requests.h"
#include "server/reserver.h"
#include "server/room_queue.h"
#include "server/segments.h"
#include "server/server_heap.h"
#include "server/sweeper.h"
#include "server/watcher.h"
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
  ServerCore() = default;
  Status Begin(const atoll_server_options& options, Segments segments);
  Status MapSegments(Segments segments);
  void MakeParts();
  Status OpenSpill(const atoll_server_options& options);
  // Of a life that follows another one.
  Status Recover();

  // server_loop.cc
  static void Run(void* self);
  void Loop();
  // Sweeps, serves those who wait and reserves pages. Returns whether there was anything to do.
  bool Work();
  bool InAHurry() const;
  // Now and then: descriptors that somebody else has closed.
  void LookAround();
  // Waits for events and handles them. Returns whether there was any.
  bool HandleEvents(int timeout_ms);
  void Handle(uint64_t event);
  void HandleSocket(uint32_t client);
  void WatchAgain();
  void NoteDeath(uint32_t client);
  // To clients: from here on changes in shared memory are noticed only after a nudge, or are again.
  void SaySleeping(bool sleeping);
  // Those that have something to give back; those that would have more ready than they have.
  void AskToGiveBack(RoomQueue::Asked asked);
  void TellWhoKeepsWarm();

  std::unique_ptr<os::SharedMemory> control_memory_, data_memory_;
  os::Mapping control_mapping_, data_mapping_;
  Control control_;
  os::WakeFd wake_;
  os::UniqueFd lock_;        // of the control segment: one server at a time
  os::UniqueFd spill_lock_;  // on its way to the spiller
  bool follows_ = false;     // another life of the same store
  int64_t look_around_at_ = 0;

  Watcher watcher_;
  std::unique_ptr<Doorway> doorway_;
  std::unique_ptr<Reserver> reserver_;
  std::unique_ptr<Sweeper> sweeper_;
  std::unique_ptr<ServerHeap> server_heap_;
  std::unique_ptr<NameTable> names_;
  std::unique_ptr<Admission> admission_;
  std::unique_ptr<Deaths> deaths_;
  std::unique_ptr<Requests> requests_;
  std::unique_ptr<Recovery> recovery_;  // null: it is done
  std::unique_ptr<Spiller> spiller_;    // null: nothing is spilled
  std::unique_ptr<Mover> mover_;
  std::unique_ptr<RoomQueue> room_;

  std::atomic<bool> stopping_{false};
  bool threaded_ = false;
  os::Thread thread_;
};

}  // namespace atollstore

#endif  // ATOLL_SERVER_SERVER_CORE_H_
