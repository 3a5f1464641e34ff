// Threads of Arrow's for a task: as many as it has CPUs.
#ifndef ATOLL_ARROW_COMPUTE_THREADS_H_
#define ATOLL_ARROW_COMPUTE_THREADS_H_

#include <arrow/util/type_fwd.h>

#include <utility>
#include <vector>

namespace atollstore::compute {

// A pool of so many, which is made once and never ends; null when there are none to be had, and Arrow's own
// is to do.
arrow::internal::Executor* PoolOf(int threads);

// Of each pool that was made: how many threads it may have, and how many it has begun.
std::vector<std::pair<int, int>> Pools();

}  // namespace atollstore::compute

#endif  // ATOLL_ARROW_COMPUTE_THREADS_H_
