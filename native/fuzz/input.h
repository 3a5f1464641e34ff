// What the fuzz targets share: reading a fuzzer's bytes as numbers, and writing what they say into a control
// segment.
#ifndef ATOLL_FUZZ_INPUT_H_
#define ATOLL_FUZZ_INPUT_H_

#include <algorithm>
#include <cstring>

#include "layout/geometry.h"

namespace atollstore::fuzz {

class Input {
 public:
  Input(const uint8_t* data, size_t size) : at_(data), left_(size) {}
  bool empty() const { return left_ == 0; }
  // The next number; what is missing at the end is zero.
  template <typename T>
  T Take() {
    T value{};
    Bytes(&value, sizeof(value));
    return value;
  }
  size_t Bytes(void* to, size_t bytes) {
    const size_t taken = std::min(bytes, left_);
    std::memcpy(to, at_, taken);
    at_ += taken;
    left_ -= taken;
    return taken;
  }

 private:
  const uint8_t* at_;
  size_t left_;
};

// A store as small as they come: every index a fuzzer guesses is near something.
constexpr uint64_t kObjects = 64, kClients = 3, kExtentBytes = 64 << 10, kCapacity = 8 * kExtentBytes;

// What one number of the segment may be; kEnd of them.
enum Poke : uint8_t {
  kWord,
  kLocation,
  kSize,
  kBlock,
  kContained,
  kExtent,
  kEntryBlock,
  kBlockWord,
  kSlabFreed,
  kPins,
  kReferences,
  kWaits,
  kUsed,
  kDropped,
  kSummary,
  kHeader,
  kClient,
  kName,
  kAnywhere,
  kPokes
};

// Stores `value` where `poke` and `index` say. Never outside the segment.
void Write(const Control& control, uint8_t poke, uint16_t index, uint64_t value);

// Objects in every state, two clients that hold them, a container: something to go wrong with.
void Furnish(const Control& control);

}  // namespace atollstore::fuzz

#endif  // ATOLL_FUZZ_INPUT_H_
