// Time, futexes shared between processes, and event counts built on them.
#ifndef ATOLL_OS_SYNC_H_
#define ATOLL_OS_SYNC_H_

#include <atomic>
#include <cstdint>

namespace atollstore::os {

inline void Relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

int64_t NowNanos();  // CLOCK_MONOTONIC

// A point in time up to which somebody is willing to wait.
class Deadline {
 public:
  static constexpr int64_t kForever = INT64_MAX;  // ATOLL_FOREVER

  // kForever, or so long that the clock cannot tell it: never. 0 and less: it is over already.
  static Deadline After(int64_t timeout_ns);
  // What another process, or an earlier call, had as at().
  static Deadline At(int64_t at) { return Deadline(at); }
  bool passed() const { return !never() && (at_ == 0 || NowNanos() >= at_); }
  bool never() const { return at_ == kForever; }
  int64_t at() const { return at_; }  // by NowNanos()
  // Nanoseconds left, 0 when it has passed; kForever when it never will.
  int64_t left() const;
  // The same for poll(): rounded up, so that nobody spins through the last one; -1 for ever.
  int left_ms() const;
  // The earlier of this one and `nanos` from now.
  Deadline AtMost(int64_t nanos) const;

 private:
  explicit Deadline(int64_t at) : at_(at) {}
  int64_t at_;
};

// Sleeps while *word is `value`. Returns false when the deadline has passed; may return early.
bool FutexWait(std::atomic<uint32_t>* word, uint32_t value, const Deadline& deadline);
void FutexWake(std::atomic<uint32_t>* word, uint32_t threads);

// An event count in shared memory. A waiter reads the count, looks whether it has anything to do, and waits
// for the count to move on: no ring after the reading is missed. A ring for one thread wakes nobody when some
// thread is about to see it anyway; who is woken and finds work for another one rings again. A waiter killed
// in its sleep leaves `waiters` too high, which costs a system call per ring; one killed while it spins keeps
// rings for one thread from its fellows, so those are for bells whose waiters live and die together.
struct Bell {
  std::atomic<uint32_t> count;
  std::atomic<uint32_t> waiters;  // sleeping in the low half, spinning in the high half

  uint32_t Read() const { return count.load(std::memory_order_seq_cst); }
  void Ring(uint32_t threads = UINT32_MAX);
  // Returns false when time is over and the count is still `seen`. Spins first, about as long as has lately
  // been worth it to this thread: up to 50 us where rings come that soon, hardly at all where they do not.
  // Returns likewise when `over` is set and who waits is woken without a ring.
  bool Wait(uint32_t seen, const Deadline& deadline, const std::atomic<bool>* over = nullptr);
};
static_assert(sizeof(Bell) == 8 && std::atomic<uint32_t>::is_always_lock_free);

}  // namespace atollstore::os

#endif  // ATOLL_OS_SYNC_H_
