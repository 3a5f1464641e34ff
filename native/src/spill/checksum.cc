#include "spill/checksum.h"

#include <array>
#include <cstring>
#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__)
#include <arm_acle.h>
#include <sys/auxv.h>
#endif

namespace atollstore {
namespace {

constexpr uint32_t kPolynomial = 0x82f63b78;  // reflected

constexpr std::array<uint32_t, 256> MakeTable() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (crc & 1 ? kPolynomial : 0);
    table[i] = crc;
  }
  return table;
}
constexpr std::array<uint32_t, 256> kTable = MakeTable();

// The instruction takes three cycles, and one can begin in each: so three stretches are summed side by side,
// and a sum is moved over the stretch that lies behind its own, which is linear in its bits: a table for each
// of its bytes. After Mark Adler's crc32c.c.
constexpr uint64_t kStretch = 2048;

using ShiftTable = std::array<std::array<uint32_t, 256>, 4>;
constexpr ShiftTable MakeShift() {
  std::array<uint32_t, 32> bits{};  // what becomes of each bit of a sum
  for (uint32_t bit = 0; bit < 32; ++bit) {
    uint32_t crc = uint32_t{1} << bit;
    for (uint64_t i = 0; i < kStretch; ++i) crc = (crc >> 8) ^ kTable[crc & 0xff];
    bits[bit] = crc;
  }
  ShiftTable table{};
  for (uint32_t byte = 0; byte < 4; ++byte) {
    for (uint32_t value = 0; value < 256; ++value) {
      for (uint32_t bit = 0; bit < 8; ++bit) {
        if ((value >> bit & 1) != 0) table[byte][value] ^= bits[8 * byte + bit];
      }
    }
  }
  return table;
}

#if defined(__x86_64__)
#define ATOLL_CRC_TARGET __attribute__((target("sse4.2,crc32")))  // Clang has the instruction apart from SSE 4.2
// Not __builtin_cpu_supports(): what that looks at is in libgcc, which not every linker has.
bool HasInstruction() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & bit_SSE4_2) != 0;
}
ATOLL_CRC_TARGET uint32_t Eight(uint32_t crc, uint64_t value) {
  return static_cast<uint32_t>(__builtin_ia32_crc32di(crc, value));
}
ATOLL_CRC_TARGET uint32_t One(uint32_t crc, uint8_t value) { return __builtin_ia32_crc32qi(crc, value); }
#elif defined(__aarch64__)
#define ATOLL_CRC_TARGET __attribute__((target("+crc")))
bool HasInstruction() { return (::getauxval(AT_HWCAP) & (1 << 7)) != 0; }  // HWCAP_CRC32
ATOLL_CRC_TARGET uint32_t Eight(uint32_t crc, uint64_t value) { return __crc32cd(crc, value); }
ATOLL_CRC_TARGET uint32_t One(uint32_t crc, uint8_t value) { return __crc32cb(crc, value); }
#endif

#ifdef ATOLL_CRC_TARGET
uint32_t Shift(uint32_t crc) {
  static constexpr ShiftTable kShift = MakeShift();
  return kShift[0][crc & 0xff] ^ kShift[1][crc >> 8 & 0xff] ^ kShift[2][crc >> 16 & 0xff] ^
         kShift[3][crc >> 24];
}

uint64_t Load(const uint8_t* at) {
  uint64_t value;
  std::memcpy(&value, at, sizeof(value));
  return value;
}

ATOLL_CRC_TARGET uint32_t ByInstruction(const uint8_t* at, uint64_t bytes, uint32_t crc) {
  for (; bytes >= 3 * kStretch; at += 3 * kStretch, bytes -= 3 * kStretch) {
    uint32_t second = 0, third = 0;
    for (uint64_t i = 0; i < kStretch; i += 8) {
      crc = Eight(crc, Load(at + i));
      second = Eight(second, Load(at + kStretch + i));
      third = Eight(third, Load(at + 2 * kStretch + i));
    }
    crc = Shift(Shift(crc) ^ second) ^ third;
  }
  for (; bytes >= 8; at += 8, bytes -= 8) crc = Eight(crc, Load(at));
  for (; bytes > 0; ++at, --bytes) crc = One(crc, *at);
  return crc;
}
#endif

}  // namespace

uint32_t Crc32cByTable(const void* data, uint64_t bytes, uint32_t before) {
  const auto* at = static_cast<const uint8_t*>(data);
  uint32_t crc = ~before;
  for (uint64_t i = 0; i < bytes; ++i) crc = (crc >> 8) ^ kTable[(crc ^ at[i]) & 0xff];
  return ~crc;
}

uint32_t Crc32c(const void* data, uint64_t bytes, uint32_t before) {
#ifdef ATOLL_CRC_TARGET
  static const bool has_instruction = HasInstruction();
  if (has_instruction) return ~ByInstruction(static_cast<const uint8_t*>(data), bytes, ~before);
#endif
  return Crc32cByTable(data, bytes, before);
}

}  // namespace atollstore
