// What a compute function gives, on its way into the store.
#ifndef ATOLL_ARROW_COMPUTE_RESULT_H_
#define ATOLL_ARROW_COMPUTE_RESULT_H_

#include <arrow/datum.h>
#include <arrow/result.h>

#include <cstdint>
#include <string>

#include "compute/arena_pool.h"

namespace atollstore::compute {

struct Stored {
  uint8_t kind = 0;    // of Java's value; kArrow: a stream, which lies in the object that was begun last
  int64_t bits = 0;    // the value of a boxed one; of a stream how many bytes it has
  std::string text;    // of a string
  int64_t copied = 0;  // bytes of buffers that were copied into the object, or on the way there
};

// How many bytes in front of the arena hold the messages of a result with so many columns, and names and metadata of
// so many bytes.
int64_t HeadBytes(int columns, int64_t texts);

// Boxed numbers, flags, strings and null stay values; another scalar becomes a table of one row, with a mark.
// Arrays and tables become Arrow streams: where they lie, when the kernel has written them into the arena,
// moved together there when it has left gaps, else by one copy into an object that `begin` gives. `name` is
// that of an array's column. Ends the arrays of `result` first where it must.
arrow::Result<Stored> Store(arrow::Datum result, const std::string& name, ArenaPool& arena,
                            const ArenaPool::Begin& begin);

}  // namespace atollstore::compute

#endif  // ATOLL_ARROW_COMPUTE_RESULT_H_
