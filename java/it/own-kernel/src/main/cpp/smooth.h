// Two kernels: one that is given what it works on, and one that gets and puts by itself.
#pragma once

#include <atoll/kernel.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <span>
#include <stdexcept>

/** y[i] is the mean of x[i] and its neighbours, up to `width` on each side. */
inline void smooth(const double* x, double* y, int64_t n, int64_t width) {
  if (width < 0) throw std::invalid_argument("a width of " + std::to_string(width));
  for (int64_t i = 0; i < n; ++i) {
    const int64_t from = std::max<int64_t>(0, i - width);
    const int64_t to = std::min(n, i + width + 1);
    double sum = 0;
    for (int64_t j = from; j < to; ++j) sum += x[j];
    y[i] = sum / static_cast<double>(to - from);
  }
}

/** How many of the object's numbers are in each of `bins` of [0, 1): an object of that many int64s, whose id
 * goes to id[2]. */
inline void histogram(int64_t store, int64_t place, int64_t bins, int64_t* id) {
  using namespace std::chrono_literals;
  const atollstore::Kernel kernel = atollstore::Kernel::OfProcess();
  const atoll_object_id in{static_cast<uint64_t>(store), static_cast<uint64_t>(place)};
  const auto view = kernel.Get(in, 10s);
  auto writer = kernel.Create(static_cast<uint64_t>(bins) * sizeof(int64_t), 10s);
  const std::span<int64_t> counts = writer.elements<int64_t>();
  std::ranges::fill(counts, 0);
  for (const double x : view.elements<double>()) {
    if (x >= 0 && x < 1) ++counts[static_cast<size_t>(x * static_cast<double>(bins))];
  }
  const atollstore::ObjectId made = writer.Seal();
  id[0] = static_cast<int64_t>(made.store);
  id[1] = static_cast<int64_t>(made.place);
}
