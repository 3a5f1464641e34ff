// What a store full of other objects costs. create.large: a large object where 16,384 others live, where each second of
// these has gone, and in an empty store, in turns. churn: what is leased for what lives, second after second, while
// objects of sizes and lives that change in phases come and go.
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>

#include "harness.h"

namespace atollbench {
namespace {

// As a "large" object is one that takes slabs of its own: with these extents one of more than 64 KiB.
constexpr uint64_t kExtent = 64 << 10, kLarge = 70'000;
constexpr int kCreates = 400, kRounds = 7;

class OwnStore {
 public:
  OwnStore(uint64_t capacity, uint64_t extent_bytes) {
    char directory[] = "/tmp/atoll-bench-XXXXXX";
    CheckSystem(mkdtemp(directory) != nullptr, "mkdtemp");
    directory_ = directory;
    const std::string path = directory_ + "/store.sock";
    atoll_server_options options{};
    options.size = sizeof(options);
    options.socket_path = path.c_str();
    options.capacity = capacity;
    options.extent_bytes = extent_bytes;
    Check(atoll_server_start(&options, &server_), "atoll_server_start");
    client_ = std::make_unique<Client>(path);
  }
  ~OwnStore() {
    client_.reset();
    Check(atoll_server_stop(server_), "atoll_server_stop");
    rmdir(directory_.c_str());
  }
  atoll_client* client() const { return client_->get(); }

  atoll_object_id Put(uint64_t bytes) const {
    atoll_object_id id{};
    uint64_t address = 0;
    Check(atoll_create(client(), &id, bytes, 0, 0, 60 * kSecond, &address), "atoll_create");
    Check(atoll_seal(client(), &id, nullptr), "atoll_seal");
    return id;
  }
  void Drop(const atoll_object_id& id) const { Check(atoll_dereference(client(), &id), "atoll_dereference"); }

  // The median of a create of a large object, in ns.
  double Create() const {
    std::vector<double> took;
    for (int i = 0; i < kCreates; ++i) {
      atoll_object_id id{};
      uint64_t address = 0;
      const double before = Nanos();
      Check(atoll_create(client(), &id, kLarge, 0, 0, 60 * kSecond, &address), "atoll_create");
      took.push_back(Nanos() - before);
      Check(atoll_seal(client(), &id, nullptr), "atoll_seal");
      Drop(id);
    }
    return Median(took);
  }

 private:
  std::string directory_;
  atoll_server* server_ = nullptr;
  std::unique_ptr<Client> client_;
};

}  // namespace

void LargeCreates() {
  constexpr uint64_t kLive = 16'384, kCapacity = 3 * kLive * kExtent;
  const OwnStore empty(kCapacity, kExtent), full(kCapacity, kExtent), holes(kCapacity, kExtent);
  for (uint64_t i = 0; i < kLive; ++i) (void)full.Put(kLarge);
  std::vector<atoll_object_id> ids;
  for (uint64_t i = 0; i < kLive; ++i) ids.push_back(holes.Put(kLarge));
  for (uint64_t i = 0; i < kLive; i += 2) holes.Drop(ids[i]);
  std::vector<double> times[3];
  for (int round = 0; round < kRounds; ++round) {
    times[0].push_back(empty.Create());
    times[1].push_back(full.Create());
    times[2].push_back(holes.Create());
  }
  Print("create.large.live.0", Median(times[0]), "ns", "p50");
  Print("create.large.live.16384", Median(times[1]), "ns", "p50");
  Print("create.large.holes.8192", Median(times[2]), "ns", "p50");
}

void Churn() {
  constexpr int kSeconds = 60, kSettled = 10;
  constexpr double kPhase = 4;  // seconds
  // Besides what lives, a client keeps up to 128 MiB ready.
  constexpr uint64_t kLive = 1024 * kMiB;
  const OwnStore store(3072 * kMiB, 0);
  struct Object {
    atoll_object_id id;
    uint64_t bytes;
    double dies;  // not before
  };
  std::mt19937 random(7);
  std::vector<Object> live;
  uint64_t bytes = 0;
  double worst = 0;
  const double begin = Nanos() / 1e9;
  double second = begin + 1;
  for (double now = begin; now < begin + kSeconds; now = Nanos() / 1e9) {
    // Each phase has sizes of its own, which take the place of others here and there; a twentieth lives for long.
    const int phase = static_cast<int>((now - begin) / kPhase);
    const double least = 10 + phase * 5 % 11;  // of the size, as a power of two
    for (uint64_t made = 0; made < 256 << 10;) {
      const auto size = static_cast<uint64_t>(std::exp2(std::uniform_real_distribution<double>(least, least + 2)(random)));
      live.push_back({store.Put(size), size, random() % 20 == 0 ? now + 5 * kPhase : now});
      bytes += size;
      made += size;
    }
    while (bytes > kLive) {
      Object& object = live[random() % live.size()];
      if (object.dies > now) continue;
      store.Drop(object.id);
      bytes -= object.bytes;
      object = live.back();
      live.pop_back();
    }
    usleep(1000);
    if (now < second) continue;
    second += 1;
    atoll_stats_t stats{};
    stats.size = sizeof(stats);
    Check(atoll_stats(store.client(), &stats), "atoll_stats");
    const auto leased = static_cast<double>((stats.extents_of_clients + stats.extents_of_server) * stats.extent_bytes);
    if (now > begin + kSettled) worst = std::max(worst, leased / static_cast<double>(stats.allocated));
  }
  Print("churn.60s", worst, "leased/live", "max");
}

}  // namespace atollbench
