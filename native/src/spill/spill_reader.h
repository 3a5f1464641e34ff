// Reads the record of one object out of an open spill file, checked. Any thread of any process.
#ifndef ATOLL_SPILL_SPILL_READER_H_
#define ATOLL_SPILL_SPILL_READER_H_

#include <atomic>
#include <cstdint>

#include "os/file.h"
#include "spill/spill_item.h"

namespace atollstore {

// Which of an object's bytes to copy, and to where.
struct SpillPart {
  uint8_t* to;
  uint64_t offset;  // in the object; offset + bytes <= SpillItem::bytes
  uint64_t bytes;
  int64_t until = INT64_MAX;                // os::NowNanos() at the latest; looked at now and then
  const std::atomic<bool>* stop = nullptr;  // so is this: somebody has set it
};

// Reads all of the object's bytes and copies the part. Fails with ATOLL_CORRUPT when they are not what was
// written, as far as can be told: then the part may hold anything. ATOLL_SYSTEM when the disk does not give
// them, ATOLL_TIMED_OUT when time is over, ATOLL_DISCONNECTED when it is to stop.
Status ReadSpilled(const os::File& file, const SpillItem& item, const SpillPart& part);

}  // namespace atollstore

#endif  // ATOLL_SPILL_SPILL_READER_H_
