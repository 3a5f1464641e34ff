// Reads the record of one object out of an open spill file, checked. Any thread of any process.
#ifndef ATOLL_SPILL_SPILL_READER_H_
#define ATOLL_SPILL_SPILL_READER_H_

#include <atomic>
#include <cstdint>
#include <mutex>
#include <span>

#include "os/file.h"
#include "spill/spill_item.h"

namespace atollstore {

// Between a thread that reads and the memory of one that may not wait for it any longer.
class ReadGate {
 public:
  template <typename F>
  void Through(F&& copy) {
    std::lock_guard lock(mutex_);
    if (!closed_) copy();
  }
  // Nobody is in there when this returns, nor will be.
  void Close() {
    std::lock_guard lock(mutex_);
    closed_ = true;
  }

 private:
  std::mutex mutex_;
  bool closed_ = false;
};

// Which of an object's bytes to copy, and to where.
struct SpillPart {
  uint8_t* to;
  uint64_t offset;  // in the object; offset + bytes <= SpillItem::bytes
  uint64_t bytes;
  int64_t until = INT64_MAX;                // os::NowNanos() at the latest; looked at now and then
  const std::atomic<bool>* stop = nullptr;  // so is this: somebody has set it
  ReadGate* gate = nullptr;  // if given, all that goes to `to` goes through it
};

// Reads all of the object's bytes and copies the part. Fails with ATOLL_CORRUPT when they are not what was
// written, as far as can be told: then the part may hold anything. ATOLL_SYSTEM when the disk does not give
// them, ATOLL_TIMED_OUT when time is over, ATOLL_DISCONNECTED when it is to stop.
Status ReadSpilled(const os::File& file, const SpillItem& item, const SpillPart& part);

// All bytes of several small objects of one file, in the order of their places, each to its `to`: what lies together is
// read with one call. Sets the outcomes, as above.
void ReadSpilledTogether(const os::File& file, std::span<SpillItem> items, const std::atomic<bool>* stop);

}  // namespace atollstore

#endif  // ATOLL_SPILL_SPILL_READER_H_
