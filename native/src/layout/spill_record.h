// What a spilled object is on disk: a header, then its bytes and contained ids as they lay in the store. A
// file holds one or more records, each at a multiple of 64. The first is at kSpillBegin, and large ones come
// before small ones: so the bytes of a large one begin at a block, and go between disk and store directly.
//
//    0       8       16      24      32      40          44          48          52         64
//   +-------+-------+-------+-------+-------+-----------+-----------+-----------+----------+------------
//   | magic | store | place | size  |  tag  | contained | bytes_crc |head_crc   | spare    | bytes ...
//   +-------+-------+-------+-------+-------+-----------+-----------+-----------+----------+------------
#ifndef ATOLL_LAYOUT_SPILL_RECORD_H_
#define ATOLL_LAYOUT_SPILL_RECORD_H_

#include <cstddef>
#include <cstdint>

namespace atollstore {

constexpr uint64_t kSpillMagic = 0x314c4c495053;  // "SPILL1"
constexpr uint64_t kSpillAlignment = 64;
constexpr uint64_t kSpillBlock = 4096;
constexpr uint64_t kSpillBegin = kSpillBlock - 64;
constexpr uint64_t kSpillLarge = 64 << 10;  // bytes of a large object at least

struct SpillRecord {
  uint64_t magic;
  uint64_t store;  // the id of the object
  uint64_t place;
  uint64_t size;
  uint64_t tag;
  uint32_t contained;
  uint32_t bytes_crc;  // CRC32C of what follows the header
  uint32_t head_crc;   // CRC32C of the fields above
  uint8_t spare[12];
};
static_assert(sizeof(SpillRecord) == 64 && offsetof(SpillRecord, head_crc) == 48);

// What a record of an object with so many bytes takes in its file.
constexpr uint64_t SpillRecordBytes(uint64_t bytes) {
  const uint64_t unit = bytes < kSpillLarge ? kSpillAlignment : kSpillBlock;
  return (sizeof(SpillRecord) + bytes + unit - 1) / unit * unit;
}

// Where a record lies: the number of its file, from 1 on, and its offset there in units of 64 bytes. 0:
// nowhere.
class SpillPlace {
 public:
  // The record of a large object may end far behind the last place where one can begin.
  static constexpr uint64_t kMaxOffset = (uint64_t{1} << 32) * kSpillAlignment;
  static constexpr uint64_t kMaxFile = UINT32_MAX;

  constexpr explicit SpillPlace(uint64_t bits = 0) : bits_(bits) {}
  constexpr SpillPlace(uint64_t file, uint64_t offset) : bits_(file << 32 | offset / kSpillAlignment) {}
  constexpr uint64_t bits() const { return bits_; }
  constexpr uint64_t file() const { return bits_ >> 32; }
  constexpr uint64_t offset() const { return (bits_ & 0xffffffff) * kSpillAlignment; }
  constexpr bool nowhere() const { return bits_ == 0; }

 private:
  uint64_t bits_;
};

}  // namespace atollstore

#endif  // ATOLL_LAYOUT_SPILL_RECORD_H_
