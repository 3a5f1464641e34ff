// Arrow's functions by their names, and which of their calls are not let through.
#ifndef ATOLL_ARROW_COMPUTE_FUNCTIONS_H_
#define ATOLL_ARROW_COMPUTE_FUNCTIONS_H_

#include <arrow/compute/function.h>
#include <arrow/result.h>

#include <memory>
#include <string>
#include <vector>

namespace atollstore::compute {

enum class Use { kCall, kExpression, kAggregate, kGroups };

// Of kGroups the name is without the `hash_` that Arrow puts in front of those. When there is none, the
// failure lists those of the use whose names are near.
arrow::Result<std::shared_ptr<arrow::compute::Function>> FindFunction(const std::string& name, Use use);

// Refuses the calls that Arrow 26.0.1 ends its process with: each is a mistake in its kernels, which take a type that they
// have no code for. Null for an argument without a type, a table. EveryFunctionTest has the version that was looked at.
arrow::Status CheckTypes(const std::string& name, const std::vector<const arrow::DataType*>& types,
                         const std::vector<bool>& scalars);

// Whether CheckTypes may refuse it.
bool IsRisky(const std::string& name);

// All functions that can be called, a line each: name, kind, number of arguments (-1: any), names of the
// arguments divided by commas, type of the options, whether they are required, one line of what it does;
// divided by tabs.
std::string Functions();

}  // namespace atollstore::compute

#endif  // ATOLL_ARROW_COMPUTE_FUNCTIONS_H_
