// Gives ranges of the data segment memory: one extent at a time, for the kernel does not refuse memory, it kills for it.
// So the limits are looked at before. One thread at a time; calls may take long.
#ifndef ATOLL_SERVER_PAGE_BACKER_H_
#define ATOLL_SERVER_PAGE_BACKER_H_

#include "os/memory_limits.h"
#include "os/shared_memory.h"

namespace atollstore {

class PageBacker {
 public:
  // Left to everybody else: what the processes of this store still need besides its two segments. A server takes
  // some 30 MiB while it buries a client with a million small objects.
  static constexpr uint64_t kMargin = 64 << 20;

  // `mapping` is of all of `data`. Beyond the margin `keep` bytes stay untaken. All live longer than this.
  PageBacker(os::SharedMemory* data, const os::Mapping* mapping, uint64_t keep)
      : data_(data), mapping_(mapping), keep_(keep) {}

  // Backs the range, with huge pages where those are the faster way. False when limits or the kernel refuse.
  // REQUIRES: nobody uses it.
  bool Back(uint64_t at, uint64_t bytes);
  // Bytes that may be taken besides the margin. Whoever takes next looks again.
  uint64_t Available();

 private:
  bool MayTake(uint64_t bytes);
  bool BackHuge(uint64_t at, uint64_t bytes);
  bool BackSmall(uint64_t at, uint64_t bytes);

  os::SharedMemory* const data_;
  const os::Mapping* const mapping_;
  const uint64_t keep_;
  const os::MemoryLimits limits_;
  int64_t looked_at_ = 0;  // the limits; 20 ms and headroom_ may pass until the next look
  uint64_t headroom_ = 0;
  int64_t huge_nanos_ = 0;  // for an extent, as of late
  int64_t small_nanos_ = 500'000;
  uint32_t small_in_a_row_ = 0, try_huge_after_ = 1;
};

}  // namespace atollstore

#endif  // ATOLL_SERVER_PAGE_BACKER_H_
