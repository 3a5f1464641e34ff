// A compute function on stored values.
#ifndef ATOLL_ARROW_COMPUTE_CALL_H_
#define ATOLL_ARROW_COMPUTE_CALL_H_

#include <arrow/result.h>

#include <memory>
#include <string>
#include <vector>

#include "compute/inputs.h"
#include "compute/result.h"

namespace atollstore::compute {

struct Call {
  std::string function;                    // one of Arrow's, or kSort
  std::shared_ptr<arrow::Buffer> options;  // of options.h; null: the function's own
  std::vector<Input> inputs;
  int threads = 1;
};

// Not one of Arrow's: its sort_indices and take, in one call.
inline constexpr const char* kSort = "sort";

// Calls it, and stores what it gives. Failures are Arrow's own, with the function's name and the inputs'
// types in front.
arrow::Result<Stored> Run(const Call& call, const ArenaPool::Begin& begin);

}  // namespace atollstore::compute

#endif  // ATOLL_ARROW_COMPUTE_CALL_H_
