// The store's hot paths through its C ABI, and the floors under them, in one process, repetitions in random
// order. Prints one line for each: name, value, unit, statistic, separated by tabs. Takes Google Benchmark's
// flags.

#if defined(__x86_64__)
#include <immintrin.h>
#endif
#include <benchmark/benchmark.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "atoll/c.h"

namespace {

constexpr uint64_t kMiB = uint64_t{1} << 20;
constexpr uint64_t kCapacity = 1024 * kMiB;
constexpr uint64_t kPut = 64 * kMiB;
constexpr uint64_t kSmall = 1024;
constexpr int64_t kBatch = 256;  // small objects made between two looks at the clock

using Clock = std::chrono::steady_clock;

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

void Check(int64_t result, const char* what) {
  if (result >= 0) return;
  fprintf(stderr, "%s: %s\n", what, atoll_last_error());
  exit(1);
}

// One store and its only client, for the whole run.
class Store {
 public:
  Store() {
    char directory[] = "/tmp/atoll-bench-XXXXXX";
    if (mkdtemp(directory) == nullptr) {
      perror("mkdtemp");
      exit(1);
    }
    const std::string socket = std::string(directory) + "/store.sock";
    atoll_server_options options{};
    options.size = sizeof(options);
    options.capacity = kCapacity;
    options.socket_path = socket.c_str();
    Check(atoll_server_start(&options, &server_), "atoll_server_start");
    Check(atoll_attach(socket.c_str(), nullptr, &client_), "atoll_attach");
    directory_ = directory;
  }

  ~Store() {
    atoll_detach(client_);
    atoll_server_stop(server_);
    rmdir(directory_.c_str());
  }

  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  atoll_client* client() { return client_; }

  atoll_object_id Put(const void* bytes, uint64_t size) {
    atoll_object_id id{};
    uint64_t address = 0;
    Check(atoll_create(client_, &id, size, 0, 0, 1'000'000'000, &address), "atoll_create");
    (void)atoll_copy(reinterpret_cast<void*>(address), bytes, size);
    Check(atoll_seal(client_, &id, nullptr), "atoll_seal");
    return id;
  }

  void Drop(const atoll_object_id& id) { Check(atoll_dereference(client_, &id), "atoll_dereference"); }

  // Until the server has freed what was dropped: only then is its memory warm for the next one.
  void AwaitAllocated(uint64_t at_most) {
    const auto start = Clock::now();
    while (Allocated() > at_most) {
      if (SecondsSince(start) > 10) {
        fprintf(stderr, "dropped objects are not freed: %llu bytes still allocated\n",
                static_cast<unsigned long long>(Allocated()));
        exit(1);
      }
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
  }

  uint64_t Allocated() {
    atoll_stats_t stats{};
    stats.size = sizeof(stats);
    Check(atoll_stats(client_, &stats), "atoll_stats");
    return stats.allocated;
  }

 private:
  atoll_server* server_ = nullptr;
  atoll_client* client_ = nullptr;
  std::string directory_;
};

Store* store;
std::vector<char> source(kPut, 'x');

void Cas(benchmark::State& state) {
  alignas(64) static std::atomic<uint64_t> word{0};
  uint64_t seen = word.load();
  for (auto _ : state) {
    word.compare_exchange_strong(seen, seen + 1);
    ++seen;
  }
}

void GetWarm(benchmark::State& state) {
  const atoll_object_id id = store->Put(source.data(), kSmall);
  for (auto _ : state) {
    atoll_view view;
    Check(atoll_get(store->client(), &id, 0, &view), "atoll_get");
    benchmark::DoNotOptimize(view);
    Check(atoll_release(store->client(), &id), "atoll_release");
  }
  store->Drop(id);
}

void CreateSealSmall(benchmark::State& state) {
  std::vector<atoll_object_id> ids(kBatch);
  while (state.KeepRunningBatch(kBatch)) {
    const auto start = Clock::now();
    for (auto& id : ids) id = store->Put(source.data(), kSmall);
    state.SetIterationTime(SecondsSince(start));
    for (const auto& id : ids) store->Drop(id);
  }
}

void PutWarm(benchmark::State& state) {
  const uint64_t before = store->Allocated();
  for (auto _ : state) {
    const auto start = Clock::now();
    const atoll_object_id id = store->Put(source.data(), kPut);
    state.SetIterationTime(SecondsSince(start));
    store->Drop(id);
    store->AwaitAllocated(std::max(before, kPut / 2));
  }
}

void StreamInto(char* to, const char* from, uint64_t bytes) {
#if defined(__x86_64__)
  for (uint64_t at = 0; at < bytes; at += 16) {
    _mm_stream_si128(reinterpret_cast<__m128i*>(to + at),
                     _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + at)));
  }
  _mm_sfence();
#else
  memcpy(to, from, bytes);
#endif
}

// Into warm shared memory, one way or the other.
template <bool kStreamed>
void CopyWarm(benchmark::State& state) {
  const int file = memfd_create("atoll-bench", MFD_CLOEXEC);
  if (file < 0 || ftruncate(file, kPut) != 0) {
    perror("memfd_create");
    exit(1);
  }
  void* target = mmap(nullptr, kPut, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, file, 0);
  if (target == MAP_FAILED) {
    perror("mmap");
    exit(1);
  }
  memcpy(target, source.data(), kPut);
  for (auto _ : state) {
    const auto start = Clock::now();
    if constexpr (kStreamed) {
      StreamInto(static_cast<char*>(target), source.data(), kPut);
    } else {
      memcpy(target, source.data(), kPut);
    }
    benchmark::ClobberMemory();
    state.SetIterationTime(SecondsSince(start));
  }
  munmap(target, kPut);
  close(file);
}

// Keeps the mean of each repetition and prints the median of them at the end.
class MedianReporter : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }

  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.run_type == Run::RT_Iteration)
        times_[run.run_name.function_name].push_back(run.GetAdjustedRealTime());
    }
  }

  void Finalize() override {
    double best_copy = 0;
    for (auto& [name, times] : times_) {
      std::sort(times.begin(), times.end());
      const double median = times[times.size() / 2];
      if (name == "memcpy.64MiB" || name == "streamed.64MiB")
        best_copy = best_copy == 0 ? median : std::min(best_copy, median);
      if (name.find("64MiB") != std::string::npos) {
        printf("%s\t%.3f\tGB/s\tp50\n", name.c_str(), static_cast<double>(kPut) / median);
      } else {
        printf("%s\t%.2f\tns\tp50\n", name.c_str(), median);
      }
    }
    // The floor of a put is the best that the machine can do.
    if (best_copy != 0) printf("copy.64MiB\t%.3f\tGB/s\tp50\n", static_cast<double>(kPut) / best_copy);
  }

 private:
  std::map<std::string, std::vector<double>> times_;
};

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  Store opened;
  store = &opened;
  benchmark::RegisterBenchmark("cas", Cas);
  benchmark::RegisterBenchmark("get.warm", GetWarm);
  benchmark::RegisterBenchmark("create_seal.1KiB", CreateSealSmall)->UseManualTime();
  benchmark::RegisterBenchmark("memcpy.64MiB", CopyWarm<false>)->UseManualTime();
  benchmark::RegisterBenchmark("streamed.64MiB", CopyWarm<true>)->UseManualTime();
  benchmark::RegisterBenchmark("put.64MiB.warm", PutWarm)->UseManualTime();
  MedianReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  return 0;
}
