// A function that throws.
#pragma once

#include <cmath>
#include <stdexcept>
#include <string>

inline double squareRoot(double x) {
  if (x < 0) throw std::domain_error("no square root of " + std::to_string(x) + " among the reals");
  return std::sqrt(x);
}
