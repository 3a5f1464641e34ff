// What the server's freeing of an object costs when 1, 64 or 512 clients are attached, which do nothing; and
// of one that 3 of 512 have held. In turns, CPU time of everybody, from the drop of the last reference until
// it is gone.
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <memory>

#include "harness.h"

namespace atollbench {
namespace {

constexpr int kRounds = 7;
constexpr uint64_t kObjects = 20'000;
constexpr uint64_t kBytes = 64;

// A store with its server in this process, so that its CPU time is of this process too, and so many clients.
class Crowd {
 public:
  explicit Crowd(uint64_t clients) {
    char directory[] = "/tmp/atoll-bench-XXXXXX";
    CheckSystem(mkdtemp(directory) != nullptr, "mkdtemp");
    directory_ = directory;
    const std::string path = directory_ + "/store.sock";
    atoll_server_options options{};
    options.size = sizeof(options);
    options.socket_path = path.c_str();
    options.capacity = 256 * kMiB;
    options.max_clients = 1024;
    Check(atoll_server_start(&options, &server_), "atoll_server_start");
    for (uint64_t i = 0; i < clients; ++i) clients_.push_back(std::make_unique<Client>(path));
  }
  ~Crowd() {
    clients_.clear();
    Check(atoll_server_stop(server_), "atoll_server_stop");
    rmdir(directory_.c_str());
  }

  // Per object: what it costs to drop it and to free it. Clients 1 to `holders` have had it too.
  double Free(size_t holders) {
    atoll_client* maker = clients_[0]->get();
    std::vector<atoll_object_id> ids(kObjects);
    for (auto& id : ids) {
      uint64_t address = 0;
      Check(atoll_expect(maker, &id), "atoll_expect");
      Check(atoll_create(maker, &id, kBytes, 0, 0, 10 * kSecond, &address), "atoll_create");
      Check(atoll_seal(maker, &id, nullptr), "atoll_seal");
      for (size_t i = 1; i <= holders; ++i) {
        Check(atoll_reference(clients_[i]->get(), &id), "atoll_reference");
        Check(atoll_dereference(clients_[i]->get(), &id), "atoll_dereference");
      }
    }
    usleep(100'000);
    const double before = CpuNanos();
    for (const auto& id : ids) Check(atoll_dereference(maker, &id), "atoll_dereference");
    for (const auto& id : ids) {
      while (atoll_contains(maker, &id) != ATOLL_ABSENT) usleep(200);
    }
    return (CpuNanos() - before) / kObjects;
  }

 private:
  std::string directory_;
  atoll_server* server_ = nullptr;
  std::vector<std::unique_ptr<Client>> clients_;
};

}  // namespace

void Clients() {
  rlimit files;
  CheckSystem(getrlimit(RLIMIT_NOFILE, &files) == 0, "getrlimit");
  files.rlim_cur = files.rlim_max;  // some six for each client
  CheckSystem(setrlimit(RLIMIT_NOFILE, &files) == 0, "setrlimit");
  struct Case {
    const char* name;
    uint64_t clients;
    size_t holders;
    std::vector<double> times;
  } cases[] = {{"free.clients.1", 1, 0, {}},
               {"free.clients.64", 64, 0, {}},
               {"free.clients.512", 512, 0, {}},
               {"free.holders.3.of.512", 512, 3, {}}};
  std::vector<std::unique_ptr<Crowd>> crowds;
  for (const uint64_t clients : {1, 64, 512}) crowds.push_back(std::make_unique<Crowd>(clients));
  for (int round = 0; round < kRounds; ++round) {
    for (size_t i = 0; i < std::size(cases); ++i) {
      cases[i].times.push_back(crowds[std::min<size_t>(i, crowds.size() - 1)]->Free(cases[i].holders));
    }
  }
  for (const Case& c : cases) Print(c.name, Median(c.times), "ns", "p50");
}

}  // namespace atollbench
