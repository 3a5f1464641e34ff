#include "spill/spill_item.h"

#include "heap/client_heap.h"

namespace atollstore {

SpillItem ItemOf(const Control& control, uint64_t index) {
  const Entry& entry = control.entry(index);
  const Word word(entry.word.load(std::memory_order_acquire));
  const uint64_t size = entry.size.load(std::memory_order_relaxed);
  const uint32_t contained = entry.contained.load(std::memory_order_relaxed);
  return {ObjectId(control.header().store.load(std::memory_order_relaxed), index, word.generation()),
          size,
          entry.tag.load(std::memory_order_relaxed),
          contained,
          ObjectBytes(size, contained),
          SpillPlace(entry.spill.load(std::memory_order_relaxed)),
          nullptr,
          {},
          nullptr,
          {}};
}

}  // namespace atollstore
