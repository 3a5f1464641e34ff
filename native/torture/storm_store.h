// One store under the storm: its own processes, which may be killed, those that use it, and what must hold of
// it in the end. The thread of the storm alone; the supervisor is a child of this process.
#ifndef ATOLL_TORTURE_STORM_STORE_H_
#define ATOLL_TORTURE_STORM_STORE_H_

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "../tests/storm.h"
#include "atoll/c.h"
#include "client/client_core.h"
#include "torture.h"

namespace atollstore::torture {

class StormStore {
 public:
  struct Options {
    const char* name;  // of its files, and in what is said of it
    const char* peer;  // the command that a process of it runs
    size_t processes;
    bool spills;         // objects go to disk
    double server_life;  // seconds: a supervisor pauses when servers die too soon
  };
  StormStore(const Options& options, const Scratch& scratch);

  // A process is killed, and another takes its place.
  void KillPeer(uint64_t random);
  // Kills the server when its time has come, and every third time its supervisor too; not in the last
  // moments.
  void KillServerInTime(double end);
  // Counts the processes that do nothing any more.
  void Watch();
  void KillPeers();
  // All processes are dead: waits until what they had is gone, and looks. Returns whether all is well.
  bool Check();
  // Has the supervisor end by itself. From then on only counts may be asked for, and whether its files are
  // gone.
  void End();
  bool IsSwept() const;

  pid_t supervisor() const { return supervisor_.load(); }
  uint64_t operations() const { return operations_; }
  uint64_t views_checked() const { return checked_; }
  uint64_t wrong_views() const { return wrong_views_; }
  uint64_t moved() const { return control().header().served.moved.load(); }
  uint64_t evicted() const { return control().header().served.evicted.load(); }
  uint64_t restored() const { return control().header().served.restored.load(); }

  // Of Check().
  uint64_t leaked = 0, findings = 0;
  uint64_t stuck = 0, kills = 0, server_kills = 0, both_kills = 0;

 private:
  struct Peer {
    pid_t pid = -1;
    uint64_t operations = 0;  // of its slot, when it was last seen to move
    double moved = 0;
  };

  Control control() const { return inspector_->control(); }
  pid_t server() const { return static_cast<pid_t>(control().header().server_pid.load()); }
  void Serve();
  void KillBoth();
  void SpawnPeer(size_t i);

  const Options options_;
  const std::string path_, spill_;
  std::atomic<pid_t> supervisor_{-1};
  std::unique_ptr<ClientCore> inspector_;  // sees the server's pid, and the segments
  atoll_client* client_ = nullptr;
  Board* board_ = nullptr;
  std::vector<Peer> peers_;
  uint64_t lives_ = 0, operations_ = 0, checked_ = 0, wrong_views_ = 0;
  double server_born_ = 0;
};

}  // namespace atollstore::torture

#endif  // ATOLL_TORTURE_STORM_STORE_H_
