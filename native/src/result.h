// A value or the Status that tells why there is none.
#ifndef ATOLL_SRC_RESULT_H_
#define ATOLL_SRC_RESULT_H_

#include <optional>
#include <utility>

#include "status.h"

namespace atollstore {

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(Status failure) : status_(failure) {}   // NOLINT: REQUIRES: !failure.ok()
  Result(T value) : value_(std::move(value)) {}  // NOLINT: a value is a result

  bool ok() const { return value_.has_value(); }
  Status status() const { return status_; }

  // REQUIRES: ok()
  T& value() & { return *value_; }
  const T& value() const& { return *value_; }
  T&& value() && { return std::move(*value_); }
  T& operator*() { return *value_; }
  const T& operator*() const { return *value_; }
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }

 private:
  Status status_;
  std::optional<T> value_;
};

}  // namespace atollstore

#define ATOLL_RETURN_IF_ERROR(expression)                                           \
  do {                                                                              \
    if (::atollstore::Status status_ = (expression); !status_.ok()) return status_; \
  } while (false)

#endif  // ATOLL_SRC_RESULT_H_
