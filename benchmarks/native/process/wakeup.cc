// From a seal to the waiter in another process running again. Two processes seal for each other in turns, and
// stamp the time before each seal; the floors are half a round trip of two processes that wake each other
// over a futex, and of two that spin. What spinning costs stands beside it: the CPU time of both.
#include <linux/futex.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cinttypes>
#include <csignal>
#include <cstdio>

#include "harness.h"

namespace atollbench {
namespace {

constexpr int kRounds = 15;
constexpr size_t kTurns = 500;

// Two processes over a futex; neither spins.
class Futexes {
 public:
  Futexes() : memory_(4096) {
    words_ = reinterpret_cast<std::atomic<uint32_t>*>(memory_.data());
    echo_ = fork();
    CheckSystem(echo_ >= 0, "fork");
    if (echo_ != 0) return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (uint32_t seen = 0;; ++seen) {
      Await(words_[0], seen);
      Ring(words_[16]);
    }
  }
  ~Futexes() {
    kill(echo_, SIGKILL);
    waitpid(echo_, nullptr, 0);
  }
  void RoundTrip() {
    Ring(words_[0]);
    Await(words_[16], seen_++);
  }

 private:
  static void Ring(std::atomic<uint32_t>& word) {
    word.fetch_add(1);
    syscall(SYS_futex, &word, FUTEX_WAKE, 1, nullptr, nullptr, 0);
  }
  static void Await(std::atomic<uint32_t>& word, uint32_t seen) {
    while (word.load() == seen) syscall(SYS_futex, &word, FUTEX_WAIT, seen, nullptr, nullptr, 0);
  }

  SharedFile memory_;
  std::atomic<uint32_t>* words_;
  pid_t echo_;
  uint32_t seen_ = 0;
};

// Two processes that spin for each other.
class Spinners {
 public:
  Spinners() : memory_(4096) {
    words_ = reinterpret_cast<std::atomic<uint32_t>*>(memory_.data());
    echo_ = fork();
    CheckSystem(echo_ >= 0, "fork");
    if (echo_ != 0) return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (uint32_t seen = 1;; ++seen) {
      while (words_[0].load() != seen) Pause();
      words_[16].store(seen);
    }
  }
  ~Spinners() {
    kill(echo_, SIGKILL);
    waitpid(echo_, nullptr, 0);
  }
  void RoundTrip() {
    words_[0].store(++round_);
    while (words_[16].load() != round_) Pause();
  }

 private:
  static void Pause() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }
  SharedFile memory_;
  std::atomic<uint32_t>* words_;
  pid_t echo_;
  uint32_t round_ = 0;
};

// Seals an object of 8 bytes: the time just before the seal.
void SealTime(const Client& client, atoll_object_id id) {
  uint64_t address = 0;
  Check(atoll_create(client.get(), &id, sizeof(double), 0, 0, kSecond, &address), "atoll_create");
  *reinterpret_cast<double*>(address) = Nanos();
  Check(atoll_seal(client.get(), &id, nullptr), "atoll_seal");
}

// Waits for the object; the time since its seal.
double AwaitTime(const Client& client, const atoll_object_id& id) {
  atoll_view view;
  Check(atoll_get(client.get(), &id, 10 * kSecond, &view), "atoll_get");
  const double passed = Nanos() - *reinterpret_cast<const double*>(view.address);
  Check(atoll_release(client.get(), &id), "atoll_release");
  return passed;
}

void Measure(const std::string& suffix) {
  Store store(256 * kMiB);
  Client client(store.socket());
  Process waiter({"waiter", store.socket()});
  waiter.ReadLine();
  Futexes futexes;
  std::vector<double> floor, wakeups, cpu;
  if (suffix.empty()) {  // it takes two CPUs
    Spinners spinners;
    std::vector<double> spun;
    for (size_t i = 0; i < 10 * kTurns; ++i) spun.push_back(TimeOf([&] { spinners.RoundTrip(); }) / 2);
    Print("spin.half", Median(spun), "ns", "p50");
  }
  for (int round = 0; round < kRounds; ++round) {
    for (size_t i = 0; i < kTurns; ++i) floor.push_back(TimeOf([&] { futexes.RoundTrip(); }) / 2);
    std::vector<atoll_object_id> ids(2 * kTurns);
    for (auto& id : ids) Check(atoll_expect(client.get(), &id), "atoll_expect");
    for (size_t i = 0; i < kTurns; ++i) waiter.WriteLine(Text(ids[2 * i]) + " " + Text(ids[2 * i + 1]));
    waiter.ReadLine();
    const double before = CpuNanos() + waiter.CpuNanos();
    for (size_t i = 0; i < kTurns; ++i) {
      SealTime(client, ids[2 * i]);
      wakeups.push_back(AwaitTime(client, ids[2 * i + 1]));
    }
    cpu.push_back((CpuNanos() + waiter.CpuNanos() - before) / (2 * kTurns));
    for (const auto& id : ids) Check(atoll_dereference(client.get(), &id), "atoll_dereference");
  }
  Print("futex.half" + suffix, Median(floor), "ns", "p50");
  Print("wakeup" + suffix, Median(wakeups), "ns", "p50");
  Print("wakeup" + suffix + ".cpu", Median(cpu), "ns", "p50");
}

}  // namespace

// waiter SOCKET: reads pairs of ids, as many as there are turns; waits for the first of a pair and seals the
// second.
int WaiterRole(const std::vector<std::string>& arguments) {
  Client client(arguments[0]);
  puts("ready");
  fflush(stdout);
  for (;;) {
    std::vector<atoll_object_id> ids;
    while (ids.size() < 2 * kTurns) {
      atoll_object_id id;
      if (scanf("%" SCNu64 " %" SCNu64, &id.store, &id.place) != 2) return 0;
      ids.push_back(id);
    }
    puts("ready");
    fflush(stdout);
    for (size_t i = 0; i < kTurns; ++i) {
      AwaitTime(client, ids[2 * i]);
      SealTime(client, ids[2 * i + 1]);
    }
  }
}

void Wakeup() {
  Measure("");
  RunOn(0);
  Measure(".pinned");
  RunOn(-1);
}

}  // namespace atollbench
