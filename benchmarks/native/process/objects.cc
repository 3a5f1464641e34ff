// A get while the store holds 10, 1000 or a million objects, in a random order. The floor does, in memory of
// its own of the same shape, what the protocol cannot do without: read the id, add to a pin counter, read the
// entry's line, look at the used byte, and take from the counter again. It grows with the number of objects
// as caches and TLB run out.
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <random>

#include "harness.h"

namespace atollbench {
namespace {

constexpr uint64_t kMost = 1'000'000;
constexpr int kRounds = 9;
constexpr int kGets = 1 << 20;

struct alignas(64) Line {
  std::atomic<uint64_t> words[8];
};

class Floor {
 public:
  Floor() : memory_(kMost * (sizeof(Line) + 5)) {
    lines_ = reinterpret_cast<Line*>(memory_.data());
    pins_ = reinterpret_cast<std::atomic<uint32_t>*>(lines_ + kMost);
    used_ = reinterpret_cast<std::atomic<uint8_t>*>(pins_ + kMost);
    for (uint64_t i = 0; i < kMost; ++i) {
      lines_[i].words[0].store(i + 1);
      used_[i].store(1);
    }
  }

  uint64_t Touch(uint64_t i) {
    pins_[i].fetch_add(1);
    uint64_t seen = lines_[i].words[0].load();
    if (used_[i].load(std::memory_order_relaxed) == 0) ++seen;
    for (int word = 1; word < 6; ++word) seen += lines_[i].words[word].load(std::memory_order_relaxed);
    pins_[i].fetch_sub(1);
    return seen + lines_[i].words[0].load();
  }

 private:
  SharedFile memory_;
  Line* lines_;
  std::atomic<uint32_t>* pins_;
  std::atomic<uint8_t>* used_;
};

}  // namespace

void Objects() {
  Store store(1024 * kMiB, kMost + 4096);
  Client client(store.socket());
  std::vector<atoll_object_id> ids(kMost);
  const std::string bytes(64, 'x');
  for (auto& id : ids) id = client.Put(bytes.data(), bytes.size());
  Floor floor;
  std::mt19937_64 random(1);
  const uint64_t counts[] = {10, 1000, kMost};
  std::vector<uint32_t> order(kGets);
  std::vector<double> gets[3], touches[3];
  uint64_t sum = 0;
  for (int round = 0; round < kRounds; ++round) {
    for (int c = 0; c < 3; ++c) {
      // Objects spread over the store, as many as the row says.
      for (auto& at : order) at = static_cast<uint32_t>(random() % counts[c] * (kMost / counts[c]));
      touches[c].push_back(TimeOf([&] {
                             for (const uint32_t at : order) sum += floor.Touch(ids[at].place >> 40);
                           }) /
                           kGets);
      gets[c].push_back(TimeOf([&] {
                          for (const uint32_t at : order) {
                            atoll_view view;
                            Check(atoll_get(client.get(), &ids[at], 0, &view), "atoll_get");
                            sum += view.size;
                            Check(atoll_release(client.get(), &ids[at]), "atoll_release");
                          }
                        }) /
                        kGets);
    }
  }
  asm volatile("" ::"r"(sum));
  for (int c = 0; c < 3; ++c) {
    Print("touch.objects." + std::to_string(counts[c]), Median(touches[c]), "ns", "p50");
    Print("get.objects." + std::to_string(counts[c]), Median(gets[c]), "ns", "p50");
  }
}

}  // namespace atollbench
