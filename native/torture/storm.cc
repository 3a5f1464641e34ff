// storm: eight processes create, get, release, drop and delete shared objects at full speed, and every 20 ms
// a random one is killed and another takes its place. The server is killed too, every two seconds, and its
// supervisor starts the next; every third time both are killed, and the store is started again with what its
// clients still have of it. Afterwards nothing may be wrong, leaked or stuck.
#include "../tests/storm.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <thread>

#include "atoll/c.h"
#include "check/fsck.h"
#include "client/client_core.h"
#include "os/socket.h"
#include "torture.h"

namespace atollstore::torture {
namespace {

constexpr int kProcesses = 8;
constexpr uint64_t kCapacity = 48 << 20;  // less than they want to hold: some of it is on disk
constexpr double kServerLife = 2;         // seconds: a supervisor pauses when servers die sooner
constexpr double kStuckAfter =
    20;  // seconds without an operation: far more than a busy machine makes one wait
static_assert(kProcesses <= Board::kSlots);

atoll_stats_t Stats(atoll_client* client) {
  atoll_stats_t stats{};
  stats.size = sizeof(stats);
  MUST(atoll_stats(client, &stats));
  return stats;
}

template <typename Condition>
bool Eventually(Condition condition) {
  for (const double end = Now() + 20; Now() < end; ::usleep(1000)) {
    if (condition()) return true;
  }
  return condition();
}

// Bytes of the empty store that can no longer be had: objects of one extent until it is full.
uint64_t LeakedBytes(atoll_client* client) {
  constexpr uint64_t kPiece = 2 << 20;
  const uint64_t capacity = Stats(client).capacity;
  std::vector<atoll_object_id> ids;
  for (uint64_t bytes = 0; bytes < capacity; bytes += kPiece) {
    atoll_object_id id{};
    uint64_t address = 0;
    if (atoll_create(client, &id, kPiece, 0, 0, 5'000'000'000, &address) != 0) break;
    ids.push_back(id);
  }
  const uint64_t had = ids.size() * kPiece;
  for (const atoll_object_id& id : ids) {
    MUST(atoll_abort(client, &id));
    MUST(atoll_dereference(client, &id));
  }
  return capacity - had;
}

// A store of its own processes, which may be killed. The supervisor is a child of this process.
class Standalone {
 public:
  Standalone(const std::string& path, const std::string& spill) : path_(path), spill_(spill) { Serve(); }

  Control control() const { return inspector_->control(); }
  const os::Mapping& data() const { return inspector_->data(); }
  pid_t supervisor() const { return supervisor_.load(); }

  void KillServer() { ::kill(server(), SIGKILL); }
  void KillBoth() {
    const uint32_t life = control().header().server_epoch.load();
    // Stopped first, or one of them could start the other again.
    for (const int signal : {SIGSTOP, SIGKILL}) {
      for (const pid_t pid : {supervisor(), server()}) ::kill(pid, signal);
    }
    while (os::Connect(path_, false).ok()) ::usleep(1000);
    Serve();
    for (const double end = Now() + 20; control().header().server_epoch.load() == life; ::usleep(1000))
      Must(Now() < end ? 0 : -1, "the store was not given back");
  }
  void End() {
    inspector_.reset();
    ::kill(supervisor(), SIGTERM);
  }

 private:
  pid_t server() const { return static_cast<pid_t>(control().header().server_pid.load()); }
  void Serve() {
    // The dead keep their client slots until they are buried.
    supervisor_ = Spawn({"serve", "--socket", path_, "--capacity", std::to_string(kCapacity), "--max-objects",
                         "2048", "--max-clients", "256", "--spill", spill_},
                        "../tools/atoll-store");
    for (const double end = Now() + 20;; ::usleep(10'000)) {
      auto attached = ClientCore::Attach(path_.c_str());
      if (attached.ok() && inspector_ == nullptr) inspector_ = std::move(attached).value();
      if (inspector_ != nullptr && !inspector_->Disconnected()) return;
      Must(Now() < end ? 0 : -1, "the server does not come");
    }
  }

  const std::string path_, spill_;
  std::atomic<pid_t> supervisor_{-1};
  std::unique_ptr<ClientCore> inspector_;  // sees the server's pid, and the segments
};

struct Peer {
  pid_t pid = -1;
  uint64_t seed = 0;
  uint64_t operations = 0;  // of its slot, when it was last seen to move
  double moved = 0;
};

int RunStorm(int argc, char** argv) {
  const double seconds = argc > 0 ? SecondsOf(argc, argv) : 60;
  Scratch scratch;
  const std::string path = scratch / "store.sock";
  const std::string spill = scratch / "spill";
  MUST(::mkdir(spill.c_str(), 0700));
  Standalone store(path, spill);
  atoll_client* client = nullptr;
  MUST(atoll_attach(path.c_str(), nullptr, &client));
  Board* board = Board::In(client);

  std::mt19937_64 random(static_cast<uint64_t>(::getpid()));
  std::array<Peer, kProcesses> peers;
  uint64_t lives = 0, kills = 0, server_kills = 0, both_kills = 0, stuck = 0;
  const auto spawn = [&](size_t i) {
    // The slot stays, the seed does not.
    peers[i].seed = lives++ * Board::kSlots + i;
    peers[i].pid = Spawn({kStormPeer.name, path, std::to_string(peers[i].seed)});
    peers[i].moved = Now();
  };
  const auto kill = [&](const Peer& peer) {
    ::kill(peer.pid, SIGKILL);
    ++kills;
  };
  // Dying takes a process longer than 20 ms on a busy machine, and its last rites too: a thread of its own.
  std::atomic<uint64_t> ended{0};
  std::atomic<bool> over{false};
  for (size_t i = 0; i < peers.size(); ++i) spawn(i);
  std::thread reaper([&] {
    for (int status = 0;;) {
      const pid_t pid = ::waitpid(-1, &status, 0);
      if (pid <= 0) {
        if (over.load()) return;  // and nobody is left
        continue;
      }
      if (pid == store.supervisor() && over.load() && WIFEXITED(status) && WEXITSTATUS(status) == 0) continue;
      // A peer leaves by itself only when a call failed that must not.
      if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) continue;
      std::fprintf(stderr, "storm: a process ended by itself with status %d\n", status);
      ++ended;
    }
  });
  double server_born = Now();
  for (const double end = Now() + seconds; Now() < end;) {
    ::usleep(20'000);
    if (const double now = Now(); now - server_born > kServerLife && now + kServerLife < end) {
      if (++server_kills % 3 == 0) {
        store.KillBoth();
        ++both_kills;
      } else {
        store.KillServer();
      }
      server_born = Now();
    }
    const size_t victim = random() % peers.size();
    kill(peers[victim]);
    spawn(victim);
    for (size_t i = 0; i < peers.size(); ++i) {
      const uint64_t operations = board->operations[i].load(std::memory_order_relaxed);
      if (operations != peers[i].operations) {
        peers[i].operations = operations;
        peers[i].moved = Now();
      } else if (Now() - peers[i].moved > kStuckAfter) {
        ++stuck;
        peers[i].moved = Now();
      }
    }
  }
  uint64_t operations = 0;
  for (Peer& peer : peers) kill(peer);
  for (const auto& count : board->operations) operations += count.load();
  const bool alone = Eventually([&] { return Stats(client).clients == 2; });
  if (!alone) std::fprintf(stderr, "storm: %lu clients are still there\n", Stats(client).clients - 2);
  const bool empty = Eventually([&] { return Stats(client).objects == 0; });
  if (!empty) std::fprintf(stderr, "storm: %lu objects are still there\n", Stats(client).objects);
  const uint64_t leaked = LeakedBytes(client);
  const uint64_t checked = board->checked.load();
  const uint64_t evicted = Stats(client).evicted, restored = Stats(client).restored;
  if (checked < 1000) std::fprintf(stderr, "storm: only %lu views were checked\n", checked);
  const uint64_t moved = store.control().header().served.moved.load();
  const FsckReport report = FsckLive(store.control(), store.data());
  if (!report.sound()) std::fprintf(stderr, "storm: fsck:\n%s", report.Text().c_str());
  const uint64_t wrong_views = board->failed.load();
  MUST(atoll_detach(client));
  over.store(true);
  store.End();
  reaper.join();
  const bool swept = ::rmdir(spill.c_str()) == 0;  // works when it is empty
  if (!swept) std::fprintf(stderr, "storm: files are left in %s\n", spill.c_str());
  const uint64_t wrong = wrong_views + ended;
  std::printf(
      "storm: kills=%lu operations=%lu wrong=%lu leaked_bytes=%lu stuck=%lu fsck=%zu views_checked=%lu "
      "evicted=%lu restored=%lu moved=%lu server_kills=%lu both_kills=%lu\n",
      kills + server_kills + both_kills, operations, wrong, leaked, stuck, report.findings.size(), checked,
      evicted, restored, moved, server_kills, both_kills);
  return wrong == 0 && leaked == 0 && stuck == 0 && report.sound() && alone && empty && swept &&
                 checked >= 1000
             ? 0
             : 1;
}

int RunStormPeer(int argc, char** argv) {
  if (argc != 2) return 2;
  (void)!::nice(10);  // eight at full speed must not keep the killer waiting
  Storm(argv[0], std::strtoull(argv[1], nullptr, 10)).Run();
  return 0;
}

}  // namespace

const Command kStorm = {"storm", RunStorm};
const Command kStormPeer = {"storm-peer", RunStormPeer};

}  // namespace atollstore::torture
