// Rows of a kernel matrix of radial basis functions: k(a, b) = exp(-gamma |a - b|^2).
#pragma once

#include <cmath>
#include <cstdint>

/** x: n points of d coordinates. out: rows [from, to) of the n x n matrix, to - from rows of n. */
inline void rbfRows(const double* x, int64_t n, int64_t d, double gamma, int64_t from, int64_t to,
                    double* out) {
  for (int64_t i = from; i < to; ++i) {
    double* const row = out + (i - from) * n;
    for (int64_t j = 0; j < n; ++j) {
      double square = 0;
      for (int64_t k = 0; k < d; ++k) {
        const double difference = x[i * d + k] - x[j * d + k];
        square += difference * difference;
      }
      row[j] = std::exp(-gamma * square);
    }
  }
}
