// How long a new client of a 4 GiB store takes to attach. The floor maps and unmaps files of these sizes, as
// an attach must. And how long it takes at most, nearly, while the server backs another client's object of 1.5 GiB with
// memory that nobody has used before: in new stores, beside attaches to the same when that is done.
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "harness.h"

namespace atollbench {
namespace {

constexpr int kRounds = 31;
constexpr uint64_t kCapacity = 4096 * kMiB;
constexpr int kBusyStores = 8;
constexpr uint64_t kBusyCapacity = 2048 * kMiB, kLarge = 1536 * kMiB;

double AttachOnce(const std::string& socket) {
  atoll_client* client = nullptr;
  const double took = TimeOf([&] { Check(atoll_attach(socket.c_str(), nullptr, &client), "atoll_attach"); });
  Check(atoll_detach(client), "atoll_detach");
  return took;
}

void AttachBesideALargeCreate() {
  std::vector<double> busy, idle;
  for (int i = 0; i < kBusyStores; ++i) {
    Store store(kBusyCapacity);
    Process creator({"large", store.socket(), std::to_string(kLarge)});
    creator.ReadLine();
    usleep(300'000);
    creator.WriteLine("");
    std::atomic<bool> done{false};
    std::thread waiter([&] {
      creator.ReadLine();
      done.store(true);
    });
    size_t attaches = 0;
    for (; !done.load(); ++attaches) busy.push_back(AttachOnce(store.socket()));
    waiter.join();
    for (; attaches > 0; --attaches) idle.push_back(AttachOnce(store.socket()));
  }
  Print("attach.idle", Quantile(idle, 0.99), "ns", "p99");
  Print("attach.busy", Quantile(busy, 0.99), "ns", "p99");
}

}  // namespace

// large SOCKET BYTES: attaches, waits for a line, creates an object of so many bytes, says so, and waits for the end.
int LargeRole(const std::vector<std::string>& arguments) {
  Client client(arguments[0]);
  puts("ready");
  fflush(stdout);
  char c;
  if (read(STDIN_FILENO, &c, 1) != 1) return 0;
  atoll_object_id id{};
  uint64_t address = 0;
  Check(atoll_create(client.get(), &id, strtoull(arguments[1].c_str(), nullptr, 10), 0, 0, 60 * kSecond, &address),
        "atoll_create");
  puts("created");
  fflush(stdout);
  while (read(STDIN_FILENO, &c, 1) > 0) {
  }
  return 0;
}

void Attaching() {
  Store store(kCapacity);
  std::vector<double> floor, attaches;
  for (int i = 0; i < kRounds; ++i) {
    floor.push_back(TimeOf([] { SharedFile data(kCapacity), window(kCapacity), control(kCapacity / 4); }));
    atoll_client* client = nullptr;
    attaches.push_back(TimeOf([&] { Check(atoll_attach(store.socket().c_str(), nullptr, &client), "atoll_attach"); }));
    Check(atoll_detach(client), "atoll_detach");
  }
  Print("map.4GiB", Median(floor), "ns", "p50");
  Print("attach.4GiB", Median(attaches), "ns", "p50");
  AttachBesideALargeCreate();
}

}  // namespace atollbench
