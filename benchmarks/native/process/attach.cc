// How long a new client of a 4 GiB store takes to attach. The floor maps and unmaps files of these sizes, as
// an attach must.
#include "harness.h"

namespace atollbench {
namespace {

constexpr int kRounds = 31;
constexpr uint64_t kCapacity = 4096 * kMiB;

}  // namespace

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
}

}  // namespace atollbench
