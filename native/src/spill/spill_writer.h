// Lays records behind one another into a file. What is small is gathered in a buffer first; whole blocks of
// large objects go to the disk from where they lie, without a copy.
#ifndef ATOLL_SPILL_SPILL_WRITER_H_
#define ATOLL_SPILL_SPILL_WRITER_H_

#include <atomic>
#include <cstdint>

#include "os/file.h"
#include "spill/spill_item.h"

namespace atollstore {

class SpillWriter {
 public:
  // Stops, with ATOLL_DISCONNECTED, soon after somebody has set `stop`.
  SpillWriter(os::File* file, const std::atomic<bool>* stop);

  // Leaves so many bytes out: zeros.
  Status Skip(uint64_t bytes);
  // REQUIRES: the item's place is where this is now; its bytes do not change meanwhile.
  Status Add(const SpillItem& item);
  // Everything is on the disk when this has succeeded.
  Status Finish();

 private:
  Status Append(const void* bytes, uint64_t count);
  // What is gathered, and behind it so many bytes at `bytes`; all in whole blocks.
  Status Flush(const uint8_t* bytes = nullptr, uint64_t count = 0);

  os::File* const file_;
  const std::atomic<bool>* const stop_;
  const os::BlockBuffer gathered_;
  uint64_t fill_ = 0;
  uint64_t end_ = 0;  // of what is written
};

}  // namespace atollstore

#endif  // ATOLL_SPILL_SPILL_WRITER_H_
