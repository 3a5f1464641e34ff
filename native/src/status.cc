#include "status.h"

#include <cerrno>
#include <climits>
#include <cstdarg>
#include <cstdio>
#include <cstring>

namespace atollstore {
namespace {
thread_local char last_error[640];
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

Status Status::Missing(atoll_code code, const char* who, const char* call, const char* since) {
  const int error = errno;
  if (error == ENOSYS || error == EINVAL) {
    return Error(code,
                 "%sthe kernel has no %s (errno %d): Linux %s or later is needed, or a sandbox forbids it",
                 who, call, error, since);
  }
  if (error == EPERM || error == EACCES)
    return Error(code, "%s%s is forbidden here (errno %d): by a sandbox (seccomp), it seems", who, call,
                 error);
  char text[96];
  return Error(code, "%s%s: %s (errno %d)", who, call, strerror_r(error, text, sizeof(text)), error);
}

const char* LastError() { return last_error; }

const char* NameOf(int64_t code) {
  const uint64_t positive = code < 0 ? -static_cast<uint64_t>(code) : static_cast<uint64_t>(code);
  if (positive > INT_MAX) return "UNKNOWN";
  switch (static_cast<atoll_code>(positive)) {  // without a default: the compiler knows when one is missing
    case ATOLL_OK:
      return "OK";
    case ATOLL_INVALID_ARGUMENT:
      return "INVALID_ARGUMENT";
    case ATOLL_NOT_FOUND:
      return "NOT_FOUND";
    case ATOLL_ALREADY_EXISTS:
      return "ALREADY_EXISTS";
    case ATOLL_NOT_CREATING:
      return "NOT_CREATING";
    case ATOLL_TIMED_OUT:
      return "TIMED_OUT";
    case ATOLL_STORE_FULL:
      return "STORE_FULL";
    case ATOLL_TOO_MANY_OBJECTS:
      return "TOO_MANY_OBJECTS";
    case ATOLL_TOO_MANY_CLIENTS:
      return "TOO_MANY_CLIENTS";
    case ATOLL_DISCONNECTED:
      return "DISCONNECTED";
    case ATOLL_REFUSED:
      return "REFUSED";
    case ATOLL_CORRUPT:
      return "CORRUPT";
    case ATOLL_LOST:
      return "LOST";
    case ATOLL_SYSTEM:
      return "SYSTEM";
    case ATOLL_OUT_OF_MEMORY:
      return "OUT_OF_MEMORY";
    case ATOLL_TOO_MANY_NAMES:
      return "TOO_MANY_NAMES";
  }
  return "UNKNOWN";
}

}  // namespace atollstore
