// An id is a place: the number of the store that made it, the index of the entry there, and which use of that
// entry is meant. No hash table stands between an id and its entry.
#ifndef ATOLL_SRC_OBJECT_ID_H_
#define ATOLL_SRC_OBJECT_ID_H_

#include <cstdint>

#include "atoll/c.h"

namespace atollstore {

struct ObjectId {
  static constexpr int kGenerationBits = 40;
  static constexpr uint64_t kGenerationMask = (uint64_t{1} << kGenerationBits) - 1;

  uint64_t store = 0;
  uint64_t place = 0;

  constexpr ObjectId() = default;
  constexpr ObjectId(uint64_t store, uint64_t index, uint64_t generation)
      : store(store), place(index << kGenerationBits | generation) {}
  constexpr ObjectId(const atoll_object_id& id) : store(id.store), place(id.place) {}  // NOLINT

  constexpr bool nil() const { return store == 0; }
  constexpr uint64_t index() const { return place >> kGenerationBits; }
  constexpr uint64_t generation() const { return place & kGenerationMask; }
  constexpr atoll_object_id c() const { return {store, place}; }
  friend constexpr bool operator==(const ObjectId&, const ObjectId&) = default;
};

}  // namespace atollstore

#endif  // ATOLL_SRC_OBJECT_ID_H_
