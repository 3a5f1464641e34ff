// The same loop as Fib.typed(), in C++.
#pragma once

#include <cstdint>

inline int64_t fib(int32_t n) {
  uint64_t a = 0, b = 1;
  for (int32_t i = 0; i < n; ++i) {
    const uint64_t next = a + b;
    a = b;
    b = next;
  }
  return static_cast<int64_t>(a);
}
