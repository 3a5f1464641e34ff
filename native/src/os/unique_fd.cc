#include "os/unique_fd.h"

#include <atomic>
#include <bit>
#include <cstdint>

namespace atollstore::os {
namespace {

// A bit for each number; those beyond are not known. Memory stands behind it only where there are such
// numbers.
constexpr int kMost = 1 << 20;
std::atomic<uint64_t> owned[kMost / 64];

}  // namespace

void NoteOwned(int fd) {
  if (fd < 0 || fd >= kMost) return;
  owned[fd / 64].fetch_or(uint64_t{1} << (fd % 64), std::memory_order_relaxed);
}

void ForgetOwned(int fd) {
  if (fd < 0 || fd >= kMost) return;
  owned[fd / 64].fetch_and(~(uint64_t{1} << (fd % 64)), std::memory_order_relaxed);
}

void CloseOwnedDescriptors() {
  for (int word = 0; word < kMost / 64; ++word) {
    if (owned[word].load(std::memory_order_relaxed) == 0) continue;  // a write would give it memory
    for (uint64_t bits = owned[word].exchange(0, std::memory_order_relaxed); bits != 0; bits &= bits - 1)
      ::close(word * 64 + std::countr_zero(bits));
  }
}

int OwnedDescriptors() {
  int count = 0;
  for (const auto& word : owned) count += std::popcount(word.load(std::memory_order_relaxed));
  return count;
}

}  // namespace atollstore::os
