// A class with a state: the mean of all numbers that it has been given.
#pragma once

#include <cstdint>

class RunningMean {
 public:
  double add(double value) {
    mean_ += (value - mean_) / static_cast<double>(++count_);
    return mean_;
  }
  int64_t count() const { return count_; }

 private:
  int64_t count_ = 0;
  double mean_ = 0;
};
