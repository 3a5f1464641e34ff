// Ways of copying a value into warm shared memory, by itself and with its reading by the same CPU: which of
// them a put should take for which size. In turns, over 256 MiB, so that the place copied to is in no cache.
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <cstring>

#include "atoll/c.h"
#include "harness.h"

namespace atollbench {
namespace {

constexpr uint64_t kMemory = 256 * kMiB;
constexpr int kRounds = 15;

using Way = void (*)(char* to, const char* from, uint64_t bytes);

void Memcpy(char* to, const char* from, uint64_t bytes) { memcpy(to, from, bytes); }
void Atoll(char* to, const char* from, uint64_t bytes) { Check(atoll_copy(to, from, bytes), "atoll_copy"); }
#if defined(__x86_64__)
void Cached(char* to, const char* from, uint64_t bytes) {
  for (uint64_t at = 0; at < bytes; at += 16) {
    _mm_store_si128(reinterpret_cast<__m128i*>(to + at),
                    _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + at)));
  }
}
void Streamed(char* to, const char* from, uint64_t bytes) {
  for (uint64_t at = 0; at < bytes; at += 16) {
    _mm_stream_si128(reinterpret_cast<__m128i*>(to + at),
                     _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + at)));
  }
  _mm_sfence();
}
#endif

constexpr struct {
  const char* name;
  Way way;
} kWays[] = {{"memcpy", Memcpy},
             {"atoll", Atoll},
#if defined(__x86_64__)
             {"cached", Cached},
             {"streamed", Streamed}
#endif
};

}  // namespace

void Copies() {
  const SharedFile to(kMemory), from(kMemory);
  memset(to.data(), 1, kMemory);
  memset(from.data(), 2, kMemory);
  for (const uint64_t bytes : {kMiB / 4, kMiB, 8 * kMiB, 64 * kMiB}) {
    for (const bool read : {false, true}) {
      std::vector<double> times[std::size(kWays)];
      uint64_t at = 0, sum = 0;
      for (int round = 0; round < kRounds; ++round) {
        for (size_t w = 0; w < std::size(kWays); ++w) {
          const uint64_t copies = std::max<uint64_t>(1, 16 * kMiB / bytes);
          times[w].push_back(TimeOf([&] {
                               for (uint64_t i = 0; i < copies; ++i, at = (at + bytes) % kMemory) {
                                 kWays[w].way(to.data() + at, from.data() + at, bytes);
                                 for (uint64_t k = 0; read && k < bytes; k += 64) sum += to.data()[at + k];
                               }
                             }) /
                             static_cast<double>(copies));
        }
      }
      asm volatile("" ::"r"(sum));
      for (size_t w = 0; w < std::size(kWays); ++w) {
        const std::string size = bytes < kMiB ? "256KiB" : std::to_string(bytes / kMiB) + "MiB";
        Print((read ? "copy_read." : "copy.") + size + "." + kWays[w].name,
              static_cast<double>(bytes) / Median(times[w]), "GB/s", "p50");
      }
    }
  }
}

}  // namespace atollbench
