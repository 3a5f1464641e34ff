#include "atoll/status.h"

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>

namespace atollstore {
namespace {
thread_local char last_error[256];
}  // namespace

Status Status::Error(atoll_code code, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(last_error, sizeof(last_error), format, arguments);
  va_end(arguments);
  return Status(code);
}

Status Status::System(const char* call) {
  const int error = errno;
  char text[96];
  return Error(ATOLL_SYSTEM, "%s: %s (errno %d)", call, strerror_r(error, text, sizeof(text)), error);
}

const char* LastError() { return last_error; }

}  // namespace atollstore
