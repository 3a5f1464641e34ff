#include "storm_store.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include "check/fsck.h"
#include "os/socket.h"

namespace atollstore::torture {
namespace {

constexpr uint64_t kCapacity = 48 << 20;  // less than they want to hold
// Seconds without an operation: far more than a busy machine makes one wait.
constexpr double kStuckAfter = 20;

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

}  // namespace

StormStore::StormStore(const Options& options, const Scratch& scratch)
    : options_(options),
      path_(scratch / options.name + ".sock"),
      spill_(scratch / options.name + ".spill"),
      peers_(options.processes) {
  if (options.spills) MUST(::mkdir(spill_.c_str(), 0700));
  Serve();
  MUST(atoll_attach(path_.c_str(), nullptr, &client_));
  board_ = Board::In(client_);
  for (size_t i = 0; i < peers_.size(); ++i) SpawnPeer(i);
  server_born_ = Now();
}

void StormStore::Serve() {
  // The dead keep their client slots until they are buried.
  std::vector<std::string> arguments{
      "serve",         "--socket", path_,           "--capacity", std::to_string(kCapacity),
      "--max-objects", "2048",     "--max-clients", "256"};
  if (options_.spills) arguments.insert(arguments.end(), {"--spill", spill_});
  supervisor_ = Spawn(arguments, "../tools/atoll-store");
  for (const double end = Now() + 20;; ::usleep(10'000)) {
    auto attached = ClientCore::Attach(path_.c_str());
    if (attached.ok() && inspector_ == nullptr) inspector_ = std::move(attached).value();
    if (inspector_ != nullptr && !inspector_->Disconnected()) return;
    Must(Now() < end ? 0 : -1, "the server does not come");
  }
}

void StormStore::KillBoth() {
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

void StormStore::KillServerInTime(double end) {
  const double now = Now();
  if (now - server_born_ <= options_.server_life || now + options_.server_life >= end) return;
  if (++server_kills % 3 == 0) {
    KillBoth();
    ++both_kills;
  } else {
    ::kill(server(), SIGKILL);
  }
  server_born_ = Now();
}

// The slot stays, the seed does not.
void StormStore::SpawnPeer(size_t i) {
  peers_[i].pid = Spawn({options_.peer, path_, std::to_string(lives_++ * Board::kSlots + i)});
  peers_[i].moved = Now();
}

void StormStore::KillPeer(uint64_t random) {
  const size_t victim = random % peers_.size();
  ::kill(peers_[victim].pid, SIGKILL);
  ++kills;
  SpawnPeer(victim);
}

void StormStore::KillPeers() {
  for (const Peer& peer : peers_) ::kill(peer.pid, SIGKILL);
  kills += peers_.size();
}

void StormStore::Watch() {
  for (size_t i = 0; i < peers_.size(); ++i) {
    const uint64_t operations = board_->operations[i].load(std::memory_order_relaxed);
    if (operations != peers_[i].operations) {
      peers_[i].operations = operations;
      peers_[i].moved = Now();
    } else if (Now() - peers_[i].moved > kStuckAfter) {
      ++stuck;
      peers_[i].moved = Now();
    }
  }
}

bool StormStore::Check() {
  const char* const name = options_.name;
  for (const auto& count : board_->operations) operations_ += count.load();
  checked_ = board_->checked.load();
  wrong_views_ = board_->failed.load();
  const bool alone = Eventually([&] { return Stats(client_).clients == 2; });
  if (!alone)
    std::fprintf(stderr, "storm: %lu clients of %s are still there\n", Stats(client_).clients - 2, name);
  const bool empty = Eventually([&] { return Stats(client_).objects == 0; });
  if (!empty)
    std::fprintf(stderr, "storm: %lu objects of %s are still there\n", Stats(client_).objects, name);
  leaked = LeakedBytes(client_);
  const FsckReport report = FsckLive(control(), inspector_->data());
  findings = report.findings.size();
  if (!report.sound()) std::fprintf(stderr, "storm: fsck of %s:\n%s", name, report.Text().c_str());
  return alone && empty && leaked == 0 && report.sound() && stuck == 0;
}

void StormStore::End() {
  MUST(atoll_detach(client_));
  client_ = nullptr;
  inspector_.reset();
  ::kill(supervisor(), SIGTERM);
}

// Works when it is empty.
bool StormStore::IsSwept() const { return !options_.spills || ::rmdir(spill_.c_str()) == 0; }

}  // namespace atollstore::torture
