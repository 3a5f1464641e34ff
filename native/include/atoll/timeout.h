/** @file
 * How long a call may wait.
 */
#ifndef ATOLL_TIMEOUT_H_
#define ATOLL_TIMEOUT_H_

#include <chrono>
#include <cstdint>

#include "atoll/c.h"

namespace atollstore {
inline namespace v1 {

/**
 * How long a call may wait: any duration of std::chrono, or kForever. Zero and less (what is left of a
 * deadline that has passed) look once. What is too long for nanoseconds is kForever, too.
 */
class Timeout {
 public:
  /** Of any duration. */
  template <typename Rep, typename Period>
  constexpr Timeout(std::chrono::duration<Rep, Period> duration) { /* implicit: `1s` is one */
    using Seconds = std::chrono::duration<long double>;
    const long double seconds = std::chrono::duration_cast<Seconds>(duration).count();
    if (seconds >= kMostSeconds) {
      nanos_ = ATOLL_FOREVER;
    } else if (seconds > 0) {
      nanos_ = std::chrono::duration_cast<std::chrono::nanoseconds>(duration).count();
    }
  }
  /** The longest, which has no end. */
  static constexpr Timeout max() { return std::chrono::nanoseconds::max(); }
  /** In nanoseconds, as c.h has it. */
  constexpr int64_t count() const { return nanos_; }

 private:
  static constexpr long double kMostSeconds = 9e9L; /* 285 years */
  int64_t nanos_ = 0;
};
/** Has no end. */
inline constexpr Timeout kForever = Timeout::max();

}  // namespace v1
}  // namespace atollstore

#endif  // ATOLL_TIMEOUT_H_
