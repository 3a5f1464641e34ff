// Who is let in, and gets one of the store's client slots; and what the server has of each client: its connection, and
// the pidfd that says when it is dead. The server's thread alone.
//
// A slot is promised (GREETED) until the client itself takes it (ATTACHED), so that neither of the two, killed in between,
// leaves anything behind. It is in use until Free(), which comes after the burial.
#ifndef ATOLL_SERVER_ADMISSION_H_
#define ATOLL_SERVER_ADMISSION_H_

#include <functional>
#include <vector>

#include "layout/geometry.h"
#include "layout/wire.h"
#include "os/shared_memory.h"
#include "os/socket.h"
#include "server/doorway.h"
#include "server/reserver.h"
#include "server/watcher.h"

namespace atollstore {

class Admission {
 public:
  // All live longer than this. `died` is told of clients that are found dead here.
  Admission(const Control& control, const os::SharedMemory* control_memory, const os::SharedMemory* data_memory,
            Watcher* watcher, Reserver* reserver, std::function<void(uint32_t client)> died);

  // A guest says what it wants, and is answered.
  void Greet(Doorway::Guest guest);
  // A life that follows another one: watches the client of this slot, whose connection has ended, or finds it dead. What
  // cannot be told is a status, and neither.
  Status FindAgain(uint32_t client);

  // In use, and not dead.
  bool Has(uint32_t client) const { return client < slots_.size() && slots_[client].used && !slots_[client].dead; }
  bool IsUsed(uint32_t client) const { return client < slots_.size() && slots_[client].used; }
  int SocketOf(uint32_t client) const { return slots_[client].socket.get(); }
  // The connection has ended, which is no death.
  void HungUp(uint32_t client) { watcher_->Forget(slots_[client].socket.get()); }
  // Has the background thread of the client look at shared memory.
  void Nudge(uint32_t client) const;
  // It is dead from now on, and not watched any more. Returns false when it was, or is not there.
  bool Died(uint32_t client);
  // The slot may be given out again.
  void Free(uint32_t client) { slots_[client] = Slot(); }
  // The watcher has lost what it watched.
  void WatchAgain();
  // Closes the connections, which ends the clients' watching.
  void Close() { slots_.clear(); }

 private:
  struct Slot {
    os::UniqueFd socket, pidfd;
    bool used = false;
    bool dead = false;
  };
  // Whether a process may have the segments, to look or to work in them. What is against it is in `welcome`.
  bool MayCome(const os::Peer& peer, const Hello& hello, Welcome* welcome) const;
  uint32_t Admit(os::Peer peer, const Hello& hello, Welcome* welcome);
  // Whether this is the client of that slot, whose connection has ended.
  bool Resume(const os::Peer& peer, const Hello& hello) const;

  const Control control_;
  const os::SharedMemory* const control_memory_;
  const os::SharedMemory* const data_memory_;
  Watcher* const watcher_;
  Reserver* const reserver_;
  const std::function<void(uint32_t)> died_;
  std::vector<Slot> slots_;  // by client index
};

}  // namespace atollstore

#endif  // ATOLL_SERVER_ADMISSION_H_
