#include "client/stripe.h"

#include <pthread.h>

#include <bit>

namespace atollstore {
namespace {

std::atomic<uint32_t> free_stripes{(1u << kSharedStripe) - 1};

// At the end of its thread. Not a thread_local with a destructor: the C library ends the process when it has no
// memory to register one.
void GiveBack(void* leased) {
  const auto stripe = static_cast<uint32_t>(reinterpret_cast<uintptr_t>(leased)) - 1;
  stripe_of_thread = 1 + kSharedStripe;  // for what other destructors of this thread still do
  // release; pairs with the acquire in LeaseStripe(): the next owner goes on from what this one has counted.
  free_stripes.fetch_or(1u << stripe, std::memory_order_release);
}

struct Key {
  pthread_key_t key{};
  bool made = ::pthread_key_create(&key, GiveBack) == 0;
};

}  // namespace

constinit thread_local uint32_t stripe_of_thread __attribute__((tls_model("initial-exec"))) = 0;

uint32_t LeaseStripe() {
  static Key key;
  uint32_t stripe = kSharedStripe;
  uint32_t free = key.made ? free_stripes.load(std::memory_order_relaxed) : 0;
  while (free != 0 && !free_stripes.compare_exchange_weak(free, free & (free - 1), std::memory_order_acquire)) {
  }
  if (free != 0) {
    stripe = static_cast<uint32_t>(std::countr_zero(free));
    if (::pthread_setspecific(key.key, reinterpret_cast<void*>(uintptr_t{stripe} + 1)) != 0) {
      free_stripes.fetch_or(1u << stripe, std::memory_order_release);
      stripe = kSharedStripe;
    }
  }
  stripe_of_thread = 1 + stripe;
  return stripe;
}

}  // namespace atollstore
