// Puts of 64 MiB: the first one of a store, a second after its start, beside the best copy into warm shared
// memory; and 2 GiB in a row into a store never used before, beside a copy into fresh shared memory.
#include <unistd.h>

#include <cstring>

#include "harness.h"

namespace atollbench {
namespace {

constexpr uint64_t kPut = 64 * kMiB;
constexpr uint64_t kFresh = 2048 * kMiB;
constexpr int kFirsts = 7;
constexpr int kFreshes = 5;

void First(const std::vector<char>& source) {
  SharedFile warm(kPut);
  memcpy(warm.data(), source.data(), kPut);
  std::vector<double> floor, puts;
  for (int i = 0; i < kFirsts; ++i) {
    Store store(1024 * kMiB);
    Client client(store.socket());
    usleep(1'000'000);
    floor.push_back(FastestCopy(warm.data(), source.data(), kPut));
    puts.push_back(TimeOf([&] { client.Put(source.data(), kPut); }));
  }
  Print("copy.64MiB.turns", kPut / Median(floor), "GB/s", "p50");
  Print("put.64MiB.first", kPut / Median(puts), "GB/s", "p50");
}

void Fresh(const std::vector<char>& source) {
  std::vector<double> floor, puts;
  for (int i = 0; i < kFreshes; ++i) {
    {
      SharedFile fresh(kFresh);
      floor.push_back(TimeOf([&] {
        for (uint64_t at = 0; at < kFresh; at += kPut) memcpy(fresh.data() + at, source.data(), kPut);
      }));
    }
    Store store(kFresh + 1024 * kMiB);
    Client client(store.socket());
    puts.push_back(TimeOf([&] {
      for (uint64_t at = 0; at < kFresh; at += kPut) client.Put(source.data(), kPut);
    }));
  }
  Print("memcpy.64MiB.fresh", kFresh / Median(floor), "GB/s", "p50");
  Print("put.64MiB.fresh", kFresh / Median(puts), "GB/s", "p50");
}

}  // namespace

void FirstAndFreshPuts() {
  const std::vector<char> source(kPut, 'x');
  First(source);
  Fresh(source);
}

}  // namespace atollbench
