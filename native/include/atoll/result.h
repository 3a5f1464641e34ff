/** @file
 * A value, or the Status that tells why there is none.
 */
#ifndef ATOLL_RESULT_H_
#define ATOLL_RESULT_H_

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <utility>

#include "atoll/status.h"

namespace atollstore {
inline namespace v1 {

/** What a call gives that may fail. To ask a failure for its value ends the process, and says what had
 * failed. */
template <typename T>
class [[nodiscard]] Result {
 public:
  /** REQUIRES: !failure.ok() */
  Result(Status failure) : status_(failure) {}   // NOLINT: a failure is a result
  /** A value. */
  Result(T value) : value_(std::move(value)) {}  // NOLINT: a value is a result

  /** Whether there is a value. */
  bool ok() const { return value_.has_value(); }
  /** As ok(). */
  explicit operator bool() const { return ok(); }
  /** OK when there is a value. */
  Status status() const { return status_; }

  /** The value. REQUIRES: ok() */
  /**@{*/
  T& value() & { return Checked(), *value_; }
  const T& value() const& { return Checked(), *value_; }
  T&& value() && { return Checked(), std::move(*value_); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  /**@}*/

 private:
  void Checked() const {
    if (ok()) [[likely]]
      return;
    std::fprintf(stderr, "atoll: the value of a failure: %s; the last one on this thread: %s\n",
                 status_.name(), LastError());
    std::abort();
  }

  Status status_;
  std::optional<T> value_;
};

}  // namespace v1
}  // namespace atollstore

#endif  // ATOLL_RESULT_H_
