#include "os/copy.h"

#include <cstring>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace atollstore::os {

#if defined(__x86_64__)
namespace {

constexpr uint64_t kLarge = 1 << 20;

bool HasFastStrings() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & 1u << 9) != 0;  // ERMS
}

}  // namespace

void Copy(void* to, const void* from, uint64_t bytes) {
  static const bool has_fast_strings = HasFastStrings();
  if (bytes < kLarge || !has_fast_strings) {
    std::memcpy(to, from, bytes);
    return;
  }
  asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
}
#else
void Copy(void* to, const void* from, uint64_t bytes) { std::memcpy(to, from, bytes); }
#endif

}  // namespace atollstore::os
