// storm: processes create, get, release, drop and delete shared objects at full speed, and every 20 ms a
// random one is killed and another takes its place. The server is killed too, every two seconds, and its
// supervisor starts the next; every third time both are killed, and the store is started again with what its
// clients still have of it. Beside that, a store of which nothing goes to disk: what stays long lies
// scattered in it, and room for what is large is made by moving alone. Afterwards nothing may be wrong,
// leaked or stuck.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <thread>

#include "storm_store.h"

namespace atollstore::torture {
namespace {

constexpr StormStore::Options kAll = {"all", "storm-peer", 8, true, 2};
// What is killed has nothing lying scattered for a while.
constexpr StormStore::Options kHoles = {"holes", "storm-holes", 3, false, 2};
constexpr uint64_t kHolesKillOf = 16;  // kills in the other store
constexpr uint64_t kLeastChecked = 1000;

// Reaps all children, and counts those that end by themselves.
class Reaper {
 public:
  explicit Reaper(std::array<StormStore*, 2> stores) : stores_(stores), thread_([this] { Reap(); }) {}
  // They may: it returns when nobody is left.
  uint64_t Join() {
    thread_.join();
    return ended_;
  }
  void ExpectEnds() { over_.store(true); }

 private:
  void Reap() {
    for (int status = 0;;) {
      const pid_t pid = ::waitpid(-1, &status, 0);
      if (pid <= 0) {
        if (over_.load()) return;  // and nobody is left
        continue;
      }
      const bool serves = pid == stores_[0]->supervisor() || pid == stores_[1]->supervisor();
      if (serves && over_.load() && WIFEXITED(status) && WEXITSTATUS(status) == 0) continue;
      // A peer leaves by itself only when a call failed that must not.
      if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) continue;
      std::fprintf(stderr, "storm: a process ended by itself with status %d\n", status);
      ++ended_;
    }
  }

  const std::array<StormStore*, 2> stores_;
  std::atomic<bool> over_{false};
  uint64_t ended_ = 0;
  std::thread thread_;
};

int RunStorm(int argc, char** argv) {
  const double seconds = argc > 0 ? SecondsOf(argc, argv) : 60;
  Scratch scratch;
  StormStore all(kAll, scratch), holes(kHoles, scratch);
  std::mt19937_64 random(static_cast<uint64_t>(::getpid()));
  // Dying takes a process longer than 20 ms on a busy machine, and its last rites too: a thread of its own.
  Reaper reaper({&all, &holes});
  for (const double end = Now() + seconds; Now() < end;) {
    ::usleep(20'000);
    all.KillServerInTime(end);
    holes.KillServerInTime(end);
    all.KillPeer(random());
    if (all.kills % kHolesKillOf == 0) holes.KillPeer(random());
    all.Watch();
    holes.Watch();
  }
  all.KillPeers();
  holes.KillPeers();
  bool well = all.Check();
  well = holes.Check() && well;
  const uint64_t checked = all.views_checked(), holes_checked = holes.views_checked(), moved = all.moved(),
                 holes_moved = holes.moved(), evicted = all.evicted(), restored = all.restored();
  reaper.ExpectEnds();
  all.End();
  holes.End();
  const uint64_t wrong = all.wrong_views() + holes.wrong_views() + reaper.Join();
  const bool swept = all.IsSwept();
  if (!swept) std::fprintf(stderr, "storm: files are left in %s\n", scratch.path().c_str());
  if (checked < kLeastChecked || holes_checked < kLeastChecked)
    std::fprintf(stderr, "storm: only %lu and %lu views were checked\n", checked, holes_checked);
  if (holes_moved == 0) std::fprintf(stderr, "storm: nothing was moved for want of room in one piece\n");
  std::printf(
      "storm: kills=%lu operations=%lu wrong=%lu leaked_bytes=%lu stuck=%lu fsck=%lu views_checked=%lu "
      "evicted=%lu "
      "restored=%lu moved=%lu server_kills=%lu both_kills=%lu\n",
      all.kills + holes.kills + all.server_kills + holes.server_kills + all.both_kills + holes.both_kills,
      all.operations() + holes.operations(), wrong, all.leaked + holes.leaked, all.stuck + holes.stuck,
      all.findings + holes.findings, checked + holes_checked, evicted, restored, moved + holes_moved,
      all.server_kills + holes.server_kills, all.both_kills + holes.both_kills);
  return well && wrong == 0 && swept && checked >= kLeastChecked && holes_checked >= kLeastChecked &&
                 holes_moved != 0
             ? 0
             : 1;
}

template <void (Storm::*kWork)()>
int RunPeer(int argc, char** argv) {
  if (argc != 2) return 2;
  (void)!::nice(10);  // many at full speed must not keep the killer waiting
  Storm storm(argv[0], std::strtoull(argv[1], nullptr, 10));
  (storm.*kWork)();
  return 0;
}

}  // namespace

const Command kStorm = {"storm", RunStorm};
const Command kStormPeer = {kAll.peer, RunPeer<&Storm::Run>};
const Command kStormHoles = {kHoles.peer, RunPeer<&Storm::RunHoles>};

}  // namespace atollstore::torture
