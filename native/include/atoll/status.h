/** @file
 * How things fail, in C++: a code of c.h. What there is to say about the last failure on this thread (which
 * id, how many bytes) is kept by the library, so that failing allocates nothing.
 *
 * These headers need C++20, with or without exceptions, and nothing of the library but c.h. What is inline
 * here has names of its own (atollstore::v1), so that it never mixes with what the library is made of. The
 * namespace is not `atoll`, for libc has a function of that name.
 */
#ifndef ATOLL_STATUS_H_
#define ATOLL_STATUS_H_

#include "atoll/c.h"

namespace atollstore {
inline namespace v1 {

/** A code of c.h. */
class [[nodiscard]] Status {
 public:
  /** All is well. */
  constexpr Status() = default;
  /** Of a code. */
  constexpr Status(atoll_code code) : code_(code) {}  // NOLINT: a code is a status
  /** Of what a function of c.h has returned. */
  static constexpr Status Of(int64_t result) {
    return result >= 0 ? Status() : Status(static_cast<atoll_code>(-result));
  }

  /** Whether it is no failure. */
  constexpr bool ok() const { return code_ == ATOLL_OK; }
  /** Which one it is. */
  constexpr atoll_code code() const { return code_; }
  /** "STORE_FULL", for one. */
  const char* name() const { return atoll_code_name(code_); }

  /** Whether the codes are the same. */
  friend constexpr bool operator==(Status, Status) = default;

 private:
  atoll_code code_ = ATOLL_OK;
};

/** What the last failing call on this thread had to say. Never null; the next failure writes over it. */
inline const char* LastError() { return atoll_last_error(); }

}  // namespace v1
}  // namespace atollstore

#endif  // ATOLL_STATUS_H_
