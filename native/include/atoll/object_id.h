/** @file
 * The name of an object for all processes: 16 bytes that can be copied, compared and sent, and own nothing.
 */
#ifndef ATOLL_OBJECT_ID_H_
#define ATOLL_OBJECT_ID_H_

#include <cstddef>
#include <cstdint>
#include <functional>

#include "atoll/c.h"

namespace atollstore {
inline namespace v1 {

/** The atoll_object_id of c.h with what C++ expects of a value. */
struct ObjectId {
  uint64_t store = 0; /**< number of the store that made it */
  uint64_t place = 0; /**< entry, and which use of it */

  /** The nil id, which no object has. */
  constexpr ObjectId() = default;
  /** The same id, of c.h. */
  constexpr ObjectId(const atoll_object_id& id) : store(id.store), place(id.place) {}  // NOLINT: it is one

  /** Whether it is the nil id. */
  constexpr bool nil() const { return store == 0; }
  /** The same id, for c.h. */
  constexpr atoll_object_id c() const { return {store, place}; }
  /** Whether both name the same object. */
  friend constexpr bool operator==(const ObjectId&, const ObjectId&) = default;
};

}  // namespace v1
}  // namespace atollstore

namespace std {
/** Ids as keys. */
template <>
struct hash<atollstore::ObjectId> {
  /** Mixes both halves. */
  size_t operator()(const atollstore::ObjectId& id) const noexcept {
    const uint64_t mixed = (id.place ^ id.store) * 0x9e3779b97f4a7c15u;
    return static_cast<size_t>(mixed ^ mixed >> 32);
  }
};
}  // namespace std

#endif  // ATOLL_OBJECT_ID_H_
