#include "os/sync.h"

#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace atollstore::os {

int64_t NowNanos() {
  timespec now;
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

Deadline Deadline::After(int64_t timeout_ns) {
  if (timeout_ns <= 0) return Deadline(0);  // no need for the clock
  if (timeout_ns == kForever) return Deadline(kForever);
  const int64_t now = NowNanos();
  return timeout_ns >= kForever - now ? Deadline(kForever) : Deadline(now + timeout_ns);
}

int64_t Deadline::left() const {
  if (never()) return kForever;
  if (at_ == 0) return 0;
  const int64_t left = at_ - NowNanos();
  return left > 0 ? left : 0;
}

int Deadline::left_ms() const {
  if (never()) return -1;
  const int64_t left = (this->left() + 999'999) / 1'000'000;
  return left > INT32_MAX ? INT32_MAX : static_cast<int>(left);
}

Deadline Deadline::AtMost(int64_t nanos) const {
  const int64_t at = NowNanos() + nanos;
  return Deadline(at < at_ ? at : at_);
}

bool FutexWait(std::atomic<uint32_t>* word, uint32_t value, const Deadline& deadline) {
  timespec until;
  if (!deadline.never()) {
    until = {static_cast<time_t>(deadline.at() / 1'000'000'000),
             static_cast<long>(deadline.at() % 1'000'000'000)};
  }
  const long done = ::syscall(SYS_futex, reinterpret_cast<uint32_t*>(word), FUTEX_WAIT_BITSET, value,
                              deadline.never() ? nullptr : &until, nullptr, FUTEX_BITSET_MATCH_ANY);
  return done == 0 || errno != ETIMEDOUT;
}

void FutexWake(std::atomic<uint32_t>* word, uint32_t threads) {
  const int most = threads > INT32_MAX ? INT32_MAX : static_cast<int>(threads);
  ::syscall(SYS_futex, reinterpret_cast<uint32_t*>(word), FUTEX_WAKE, most, nullptr, nullptr, 0);
}

namespace {

constexpr uint32_t kOneSleeper = 1;
constexpr uint32_t kOneSpinner = 1u << 16;

// Whether this thread spins before it sleeps. A wake-up across CPUs costs 10 to 50 us, so two threads that
// answer each other at once should not sleep in between; but whoever waits long, or shares a CPU with the one
// who will ring, should not spin. So: as long as most of the last waits ended while spinning; and now and
// then a few times in a row, since it takes two who do not sleep.
class Patience {
 public:
  bool Spin(const std::atomic<uint32_t>& count, uint32_t seen) {
    static const bool alone = OneCpu();
    if (alone) return false;  // spinning would only keep away who is to ring
    const bool trial = ++waits_ % kTrialEvery < kTrials;
    const int64_t end = NowNanos() + (trial || hits_ > kOne / 2 ? kMostNanos : kLeastNanos);
    do {
      for (int i = 0; i < 16; ++i) {
        if (count.load(std::memory_order_acquire) != seen) {
          hits_ += (kOne - hits_) / 8;
          return true;
        }
        Relax();
      }
    } while (NowNanos() < end);
    hits_ -= hits_ / 8;
    return false;
  }

 private:
  static constexpr int64_t kLeastNanos = 1'000;
  static constexpr int64_t kMostNanos = 50'000;
  static constexpr uint32_t kTrialEvery = 512, kTrials = 8;
  static constexpr uint32_t kOne = 1 << 16;

  static bool OneCpu() {
    cpu_set_t allowed;
    return ::sched_getaffinity(0, sizeof(allowed), &allowed) == 0 && CPU_COUNT(&allowed) == 1;
  }

  uint32_t hits_ = 0;  // of the last waits, those that ended while spinning: a moving average, of kOne
  uint32_t waits_ = 0;
};

// initial-exec: a plain access, also in a library that was loaded late.
thread_local Patience patience __attribute__((tls_model("initial-exec")));

}  // namespace

void Bell::Ring(uint32_t threads) {
  // seq_cst; pairs with Wait(): either it sees the new count, or this sees the waiter.
  count.fetch_add(1, std::memory_order_seq_cst);
  const uint32_t now = waiters.load(std::memory_order_seq_cst);
  if (now == 0 || (threads == 1 && now >= kOneSpinner)) return;
  FutexWake(&count, threads);
}

bool Bell::Wait(uint32_t seen, const Deadline& deadline, const std::atomic<bool>* over) {
  if (count.load(std::memory_order_acquire) != seen) return true;
  waiters.fetch_add(kOneSpinner, std::memory_order_seq_cst);
  const bool rung = patience.Spin(count, seen);
  // seq_cst; pairs with Ring(): who counted on the spinner has moved the count before, and the look below
  // sees it.
  if (rung) {
    waiters.fetch_sub(kOneSpinner, std::memory_order_seq_cst);
    return true;
  }
  waiters.fetch_add(kOneSleeper - kOneSpinner, std::memory_order_seq_cst);
  bool in_time = true;
  while (in_time && count.load(std::memory_order_seq_cst) == seen &&
         !(over != nullptr && over->load(std::memory_order_relaxed))) {
    in_time = FutexWait(&count, seen, deadline);
  }
  waiters.fetch_sub(kOneSleeper, std::memory_order_relaxed);
  return count.load(std::memory_order_acquire) != seen;
}

}  // namespace atollstore::os
