#include "os/sync.h"

#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>

namespace atollstore::os {

int64_t NowNanos() {
  timespec now;
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

Deadline Deadline::After(int64_t timeout_ns) {
  if (timeout_ns <= 0) return Deadline(timeout_ns < 0 ? -1 : 0);  // neither needs the clock
  const int64_t now = NowNanos();
  return timeout_ns > INT64_MAX - now ? Deadline(-1) : Deadline(now + timeout_ns);
}

int64_t Deadline::left() const {
  if (at_ < 0) return INT64_MAX;
  const int64_t left = at_ - NowNanos();
  return left > 0 ? left : 0;
}

Deadline Deadline::AtMost(int64_t nanos) const {
  const int64_t at = NowNanos() + nanos;
  return Deadline(at_ < 0 || at < at_ ? at : at_);
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

void Bell::Ring(uint32_t threads) {
  // seq_cst; pairs with Wait(): either it sees the new count, or this sees the sleeper.
  count.fetch_add(1, std::memory_order_seq_cst);
  if (sleepers.load(std::memory_order_seq_cst) != 0) FutexWake(&count, threads);
}

namespace {
// About 2 us; none on a single CPU, where spinning only keeps away who would ring.
int Spins() {
  cpu_set_t allowed;
  return ::sched_getaffinity(0, sizeof(allowed), &allowed) == 0 && CPU_COUNT(&allowed) == 1 ? 0 : 64;
}
}  // namespace

bool Bell::Wait(uint32_t seen, const Deadline& deadline) {
  static const int spins = Spins();
  for (int i = 0; i < spins; ++i) {
    if (count.load(std::memory_order_acquire) != seen) return true;
    Relax();
  }
  bool in_time = true;
  sleepers.fetch_add(1, std::memory_order_seq_cst);  // pairs with Ring()
  while (in_time && count.load(std::memory_order_seq_cst) == seen) {
    in_time = FutexWait(&count, seen, deadline);
  }
  sleepers.fetch_sub(1, std::memory_order_relaxed);
  return count.load(std::memory_order_acquire) != seen;
}

namespace {
struct Beginning {
  Thread::Body body;
  void* argument;
};
void* Run(void* start) {
  const Beginning run = *static_cast<Beginning*>(start);
  delete static_cast<Beginning*>(start);
  run.body(run.argument);
  return nullptr;
}
}  // namespace

Status Thread::Start(const char* name, Body body, void* argument) {
  auto* start = new Beginning{body, argument};
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const int error = pthread_create(&thread_, nullptr, Run, start);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (error != 0) {
    delete start;
    errno = error;
    return Status::System("pthread_create");
  }
  pthread_setname_np(thread_, name);
  running_ = true;
  return {};
}

void Thread::Join() {
  if (running_) pthread_join(thread_, nullptr);
  running_ = false;
}

}  // namespace atollstore::os
