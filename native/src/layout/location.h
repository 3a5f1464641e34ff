// Where an object's bytes are, bound to what a reader relies on: a word of the offset and a check over place,
// block, size, tag and number of ids. Who changes one of these alone, by accident or malice, is found out by
// the next reader (but for one change in 2^24); who knows this function can still write a whole entry that is
// wrong.
//
//    63           46 45                            6 5      0
//   +---------------+-------------------------------+--------+
//   |     check     |  offset in the data segment   | check  |   64-byte aligned, below 2^46
//   +---------------+-------------------------------+--------+
#ifndef ATOLL_LAYOUT_LOCATION_H_
#define ATOLL_LAYOUT_LOCATION_H_

#include <bit>

#include "layout/records.h"

namespace atollstore {

class Location {
 public:
  // What it is bound to, each read once from the entry.
  struct Bound {
    uint64_t place, block, size, tag;
    uint32_t contained;
  };

  constexpr explicit Location(uint64_t bits) : bits_(bits) {}
  static constexpr Location Of(uint64_t offset, const Bound& to) {
    // Turned, so that two numbers that are alike do not cancel out; and one product, whose upper bits any
    // change of any bit reaches (Fibonacci hashing: Knuth, The Art of Computer Programming, 6.4).
    const uint64_t mixed = to.place ^ std::rotl(offset, 51) ^ std::rotl(to.size, 13) ^ std::rotl(to.tag, 29) ^
                           std::rotl(to.block, 39) ^ std::rotl(uint64_t{to.contained}, 7);
    const uint64_t check = mixed * 0x9e3779b97f4a7c15;
    return Location((offset & kOffsetMask) | (check & kHigh) | (check >> 40 & kLow));
  }

  // What the entry says now. The numbers that fit are those to go on with, not what a second look finds.
  static Bound BoundOf(const Entry& entry, uint64_t place) {
    return {place, entry.block.load(std::memory_order_relaxed), entry.size.load(std::memory_order_relaxed),
            entry.tag.load(std::memory_order_relaxed), entry.contained.load(std::memory_order_relaxed)};
  }

  constexpr uint64_t bits() const { return bits_; }
  constexpr uint64_t offset() const { return bits_ & kOffsetMask; }
  constexpr bool Fits(const Bound& to) const { return Of(offset(), to).bits_ == bits_; }

 private:
  static constexpr uint64_t kLow = 63, kHigh = ~uint64_t{0} << 46, kOffsetMask = ~(kLow | kHigh);

  uint64_t bits_;
};

static_assert(Location::Of(4096, {1, 2, 3, 4, 5}).offset() == 4096);
static_assert(Location::Of(4096, {1, 2, 3, 4, 5}).Fits({1, 2, 3, 4, 5}));
static_assert(!Location::Of(4096, {1, 2, 3, 4, 5}).Fits({1, 2, 4, 4, 5}));

}  // namespace atollstore

#endif  // ATOLL_LAYOUT_LOCATION_H_
