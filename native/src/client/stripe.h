// Which stripe of its clients' counters a thread adds to. The first kCounterStripes - 1 threads of a process
// have one each, for as long as they live, and add without a locked instruction; all others share the last.
#ifndef ATOLL_CLIENT_STRIPE_H_
#define ATOLL_CLIENT_STRIPE_H_

#include <atomic>
#include <cstdint>

#include "layout/records.h"

namespace atollstore {

constexpr uint32_t kSharedStripe = kCounterStripes - 1;

// 1 + the calling thread's stripe; 0: it has none yet. initial-exec: a plain load, also in a library that was
// loaded late.
extern constinit thread_local uint32_t stripe_of_thread __attribute__((tls_model("initial-exec")));

uint32_t LeaseStripe();

inline uint32_t Stripe() {
  const uint32_t mine = stripe_of_thread;
  return mine != 0 ? mine - 1 : LeaseStripe();
}

inline void AddTo(u64& counter, uint32_t stripe, uint64_t add) {
  if (stripe != kSharedStripe) [[likely]] {
    counter.store(counter.load(std::memory_order_relaxed) + add, std::memory_order_relaxed);
  } else {
    counter.fetch_add(add, std::memory_order_relaxed);
  }
}

}  // namespace atollstore

#endif  // ATOLL_CLIENT_STRIPE_H_
