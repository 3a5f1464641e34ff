// What a buffer that lies in the store is given to.
#pragma once

#include <cstdint>

inline double sum(const double* x, int64_t n) {
  double sum = 0;
  for (int64_t i = 0; i < n; ++i) sum += x[i];
  return sum;
}

inline int64_t addressOf(const void* x) { return reinterpret_cast<int64_t>(x); }
