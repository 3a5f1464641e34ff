// Structs of c.h that begin with their size and grow at their end, so that a program and a library of
// different versions understand each other.
#ifndef ATOLL_SIZED_H_
#define ATOLL_SIZED_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "status.h"

namespace atollstore {

// No struct will ever be larger. What is, was not set.
constexpr uint64_t kMostStructBytes = 4096;

inline Status WrongSize(const char* name, uint64_t size, uint64_t known) {
  return Status::Error(ATOLL_INVALID_ARGUMENT, "%s: size is %lu, to be set to sizeof, here %lu", name, size,
                       known);
}

inline bool CanBeSize(uint64_t size) {
  return size >= sizeof(uint64_t) && size <= kMostStructBytes && size % sizeof(uint64_t) == 0;
}

// What a caller says: what it does not have is zero. What this library does not have must be zero.
template <typename T>
Status TakeIn(const char* name, const T* from, T* to) {
  static_assert(std::is_trivially_copyable_v<T> && offsetof(T, size) == 0);
  const uint64_t size = from->size;
  if (!CanBeSize(size)) return WrongSize(name, size, sizeof(T));
  *to = T{};
  std::memcpy(to, from, std::min<uint64_t>(size, sizeof(T)));
  to->size = sizeof(T);
  const auto* bytes = reinterpret_cast<const unsigned char*>(from);
  for (uint64_t at = sizeof(T); at < size; ++at) {
    if (bytes[at] != 0) {
      return Status::Error(ATOLL_INVALID_ARGUMENT, "%s: this library does not know what lies at byte %lu",
                           name, at);
    }
  }
  return {};
}

// What a caller is told: as much as both know, and how much that is.
template <typename T>
void HandOut(const T& from, T* to) {
  static_assert(std::is_trivially_copyable_v<T> && offsetof(T, size) == 0);
  const uint64_t size = std::min<uint64_t>(to->size, sizeof(T));
  std::memcpy(to, &from, size);
  to->size = size;
}

}  // namespace atollstore

#endif  // ATOLL_SIZED_H_
