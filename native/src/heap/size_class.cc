#include "heap/size_class.h"

#include <algorithm>

#include "layout/records.h"

namespace atollstore {

SizeClasses::SizeClasses(uint64_t slabs_per_extent) {
  uint64_t step = 64;
  for (uint64_t bytes = 64; bytes < kLargeFrom; bytes += step) {
    if (bytes >= 16 * step) step *= 2;  // eight sizes for each doubling
    bytes = (bytes + step - 1) / step * step;
    // The shortest span that leaves at most 1/16 of itself over, or the one that leaves the least.
    uint32_t best = 0;
    double least = 2;
    for (uint32_t slabs = 1; slabs <= slabs_per_extent && slabs <= 16; ++slabs) {
      const uint64_t span = slabs * kSlabBytes;
      if (span < bytes) continue;
      const double over = static_cast<double>(span % bytes) / static_cast<double>(span);
      if (over < least) {
        least = over;
        best = slabs;
      }
      if (over <= 1.0 / 16) break;
    }
    if (best == 0) break;  // extents this small (tests) give larger objects a run of slabs
    classes_.push_back({bytes, best, static_cast<uint32_t>(best * kSlabBytes / bytes)});
  }
  for (uint64_t i = 0; i <= kSmall / 64; ++i) small_[i] = static_cast<uint8_t>(Search(i * 64));
}

uint32_t SizeClasses::Search(uint64_t bytes) const {
  const auto found = std::lower_bound(classes_.begin(), classes_.end(), bytes,
                                      [](const SizeClass& c, uint64_t size) { return c.bytes < size; });
  return static_cast<uint32_t>(found - classes_.begin());
}

}  // namespace atollstore
