// A query over stored tables, by Acero.
#ifndef ATOLL_ARROW_COMPUTE_QUERY_H_
#define ATOLL_ARROW_COMPUTE_QUERY_H_

#include <arrow/result.h>

#include <functional>
#include <string_view>
#include <vector>

#include "compute/inputs.h"
#include "compute/result.h"

namespace atollstore::compute {

// Runs the query of query_code.h over the tables, on so many threads, and stores what it gives. `interrupted`
// is asked by the calling thread, a hundred times a second: Acero is stopped when it says so, and the result
// is Cancelled.
arrow::Result<Stored> RunQuery(std::string_view code, const std::vector<Input>& tables, int threads,
                               const ArenaPool::Begin& begin, const std::function<bool()>& interrupted);

}  // namespace atollstore::compute

#endif  // ATOLL_ARROW_COMPUTE_QUERY_H_
