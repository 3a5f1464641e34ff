#include "starve.h"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

thread_local int64_t until_failure = -1;
thread_local bool has_failed = false;
thread_local bool spared = false;
std::atomic<bool> others_fail{false};
std::atomic<uint64_t> failures_of_others{0};

bool Fails() {
  if (until_failure >= 0 && until_failure-- == 0) {
    has_failed = true;
    return true;
  }
  if (spared || !others_fail.load(std::memory_order_relaxed)) return false;
  failures_of_others.fetch_add(1, std::memory_order_relaxed);
  return true;
}

}  // namespace

void* operator new(size_t bytes) {
  for (bool fails = Fails();; fails = false) {
    void* const memory = fails ? nullptr : std::malloc(bytes == 0 ? 1 : bytes);
    if (memory != nullptr) return memory;
    const std::new_handler handler = std::get_new_handler();
    if (handler == nullptr) throw std::bad_alloc();
    handler();
  }
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }

namespace atollstore::starve {

void FailAfter(int64_t allocations) {
  has_failed = false;
  until_failure = allocations;
}

bool HasFailed() {
  until_failure = -1;
  return has_failed;
}

void FailOthers() {
  spared = true;
  others_fail.store(true);
}

uint64_t StopFailingOthers() {
  others_fail.store(false);
  return failures_of_others.load();
}

}  // namespace atollstore::starve
