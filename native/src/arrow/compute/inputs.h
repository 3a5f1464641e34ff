// What a compute function is given: stored values where they lie.
#ifndef ATOLL_ARROW_COMPUTE_INPUTS_H_
#define ATOLL_ARROW_COMPUTE_INPUTS_H_

#include <arrow/datum.h>
#include <arrow/result.h>

#include <cstdint>
#include <memory>
#include <string>

namespace atollstore::compute {

// The kinds of Java's values, in the low 8 bits of an object's tag (io.atoll.internal.memory.Kind).
enum Kind : uint8_t {
  kBytes = 0,
  kNull = 1,
  kBoolean = 2,
  kByte = 3,
  kShort = 4,
  kChar = 5,
  kInt = 6,
  kLong = 7,
  kFloat = 8,
  kDouble = 9,
  kString = 10,
  kBooleanArray = 11,
  kShortArray = 12,
  kCharArray = 13,
  kIntArray = 14,
  kLongArray = 15,
  kFloatArray = 16,
  kDoubleArray = 17,
  kTensor = 20,
  kArrow = 21,
};

// In the metadata of a stored table's schema: its one value is a scalar.
inline constexpr const char* kScalarMark = "atoll.scalar";

struct Input {
  uint64_t tag = 0;
  std::shared_ptr<arrow::Buffer> bytes;  // of the object, which is pinned as long as this is there
  std::string column;                    // of a table; empty for all of it
};

struct Opened {
  arrow::Datum datum;
  std::string name;  // of the column; empty when it has none
};

// A table is its column when it has one or names one, else all of it; a tensor of one axis and a primitive
// array are arrays, a boxed value, a string and null are scalars. Nothing is copied but flags, which Java has
// a byte each.
arrow::Result<Opened> Open(const Input& input);

}  // namespace atollstore::compute

#endif  // ATOLL_ARROW_COMPUTE_INPUTS_H_
