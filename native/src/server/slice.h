// A slice of the server's thread: whoever has much to do looks whether it is over, keeps where it is, and goes on in the
// next round, so that events are served in between.
#ifndef ATOLL_SERVER_SLICE_H_
#define ATOLL_SERVER_SLICE_H_

#include <cstdint>

#include "os/sync.h"

namespace atollstore {

class Slice {
 public:
  static constexpr int64_t kNanos = 1'000'000;

  Slice() : end_(os::NowNanos() + kNanos) {}
  // Reads the clock: for steps of some microseconds and more.
  bool over() const { return os::NowNanos() >= end_; }
  // The same for steps of some nanoseconds: reads it after each 64th.
  bool Over() { return ++steps_ % 64 == 0 && over(); }

 private:
  const int64_t end_;
  uint32_t steps_ = 0;
};

}  // namespace atollstore

#endif  // ATOLL_SERVER_SLICE_H_
