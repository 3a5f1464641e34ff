// Options of compute functions, as Java writes them.
#ifndef ATOLL_ARROW_COMPUTE_OPTIONS_H_
#define ATOLL_ARROW_COMPUTE_OPTIONS_H_

#include <arrow/buffer.h>
#include <arrow/compute/function.h>
#include <arrow/result.h>

#include <memory>

namespace atollstore::compute {

// `bytes`: an Arrow stream of one column, a struct, whose one row has the type's name as `_type_name`, and
// what is said of its fields; the others are the function's defaults, or the type's. A field of a number may
// come as any number.
arrow::Result<std::unique_ptr<arrow::compute::FunctionOptions>> ReadOptions(
    const arrow::compute::Function& function, std::shared_ptr<arrow::Buffer> bytes);

}  // namespace atollstore::compute

#endif  // ATOLL_ARROW_COMPUTE_OPTIONS_H_
