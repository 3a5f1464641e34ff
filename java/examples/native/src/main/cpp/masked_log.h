// Logarithms of what has one: the others are `fill`.
#pragma once

#include <cmath>
#include <cstdint>

inline void maskedLog(const double* x, double* y, int64_t n, double fill) {
  for (int64_t i = 0; i < n; ++i) y[i] = x[i] > 0 ? std::log(x[i]) : fill;
}
