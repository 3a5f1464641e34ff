// How the library makes its failures. A Status is a code of c.h; what there is to say about the last failure
// on this thread (which id, how many bytes) is kept beside it in LastError(), so that failing allocates
// nothing. Users of the C++ headers see another class of that name (atoll/status.h, in atollstore::v1), over
// c.h alone: nothing here includes those.
#ifndef ATOLL_SRC_STATUS_H_
#define ATOLL_SRC_STATUS_H_

#include "atoll/c.h"

namespace atollstore {

class [[nodiscard]] Status {
 public:
  constexpr Status() = default;
  constexpr Status(atoll_code code) : code_(code) {}  // NOLINT: a code is a status

  // A failure with its values: Status::Error(ATOLL_TIMED_OUT, "object %lu: ...", index).
  static Status Error(atoll_code code, const char* format, ...) __attribute__((format(printf, 2, 3)));
  // A failure of the OS: ATOLL_SYSTEM with the name of the call and errno.
  static Status System(const char* call);
  // The same of a call that Linux has had since a version, or a sandbox may forbid: says so when errno looks
  // like it.
  static Status Missing(const char* call, const char* since) {
    return Missing(ATOLL_SYSTEM, "", call, since);
  }
  // Who has it not is said in front, and what that means is a code.
  static Status Missing(atoll_code code, const char* who, const char* call, const char* since);

  constexpr bool ok() const { return code_ == ATOLL_OK; }
  constexpr atoll_code code() const { return code_; }

 private:
  atoll_code code_ = ATOLL_OK;
};

// What the last failing call on this thread had to say. Never null.
const char* LastError();

// Of a code, or of its negative.
const char* NameOf(int64_t code);

}  // namespace atollstore

#endif  // ATOLL_SRC_STATUS_H_
