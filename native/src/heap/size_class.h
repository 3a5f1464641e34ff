// Size classes: blocks of equal size cut from spans of slabs. At most 12.5 % of a block is waste (below 512
// bytes: less than 64 bytes); from kLargeFrom on an object has a run of slabs to itself.
#ifndef ATOLL_HEAP_SIZE_CLASS_H_
#define ATOLL_HEAP_SIZE_CLASS_H_

#include <cstdint>
#include <vector>

namespace atollstore {

constexpr uint64_t kLargeFrom = 512 << 10;

struct SizeClass {
  uint64_t bytes;   // of a block, a multiple of 64
  uint32_t slabs;   // of a span
  uint32_t blocks;  // in a span
};

class SizeClasses {
 public:
  explicit SizeClasses(uint64_t slabs_per_extent);
  uint32_t count() const { return static_cast<uint32_t>(classes_.size()); }
  const SizeClass& operator[](uint32_t i) const { return classes_[i]; }
  // The smallest class that holds `bytes`, or count() when it needs a run of slabs.
  uint32_t For(uint64_t bytes) const {
    if (bytes <= kSmall) return small_[(bytes + 63) / 64];
    return Search(bytes);
  }

 private:
  static constexpr uint64_t kSmall = 8192;
  uint32_t Search(uint64_t bytes) const;
  std::vector<SizeClass> classes_;
  uint8_t small_[kSmall / 64 + 1];
};

}  // namespace atollstore

#endif  // ATOLL_HEAP_SIZE_CLASS_H_
