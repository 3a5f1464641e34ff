// A round of k-means over rows of readings. It trusts them, as much native code does: a row that names a sensor which there is not
// has it read where nothing is, and the process dies.
#pragma once

#include <cmath>
#include <cstdint>

/**
 * rows: n rows of 8, the number of a sensor and what it has read, 7 numbers. gains: of each sensor. centres: k of 7.
 * sums: k of 8, to which are added the readings, times their gain, of the rows that are nearest to each centre, and their number.
 */
inline void addToCentres(const double* rows, int64_t n, const double* gains, const double* centres,
                         int64_t k, double* sums) {
  for (const double* row = rows; row < rows + 8 * n; row += 8) {
    const double gain = gains[static_cast<int64_t>(row[0])];
    int64_t nearest = 0;
    double least = HUGE_VAL;
    for (int64_t c = 0; c < k; ++c) {
      double square = 0;
      for (int64_t i = 0; i < 7; ++i) {
        const double difference = gain * row[1 + i] - centres[7 * c + i];
        square += difference * difference;
      }
      if (square < least) {
        least = square;
        nearest = c;
      }
    }
    double* const sum = sums + 8 * nearest;
    for (int64_t i = 0; i < 7; ++i) sum[i] += gain * row[1 + i];
    sum[7] += 1;
  }
}
