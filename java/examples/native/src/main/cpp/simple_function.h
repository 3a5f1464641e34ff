// A function of numbers.
#pragma once

#include <cstdint>

inline int64_t sumOfThree(int64_t x, int64_t y, int64_t z) { return x + y + z; }
