// The free slabs of one heap, as runs of neighbours: giving back, and finding a run that is long enough, cost
// the same however many there are (TLSF: Masmano, Ripoll, Crespo, Real, "TLSF: a new dynamic memory allocator
// for real-time systems", ECRTS 2004). All it knows lies in arrays by slab that are made at the start: no
// call allocates. One thread at a time.
//
//   slabs   . . [ free: 3 ] # # [ free: 1 ] # [ free: 5     ] . .
//   free_   0 0   1  1  1   0 0     1       0   1  1 1 1 1    0 0
//   count_        3     3           1           5        5          at both ends of a run
//
// A run is on the list of the bin of its length: bins of one length below 32, then sixteen for each doubling.
#ifndef ATOLL_HEAP_FREE_RUNS_H_
#define ATOLL_HEAP_FREE_RUNS_H_

#include <cstdint>

#include "os/zeros.h"

namespace atollstore {

class FreeRuns {
 public:
  static constexpr uint64_t kNone = UINT64_MAX;

  // Nothing is free. Fails where a process may have no more addresses. REQUIRES: slabs < 2^32 - 1
  static Result<FreeRuns> Create(uint64_t slabs);
  FreeRuns() = default;

  // These are free from now on. REQUIRES: count > 0, and none of them is.
  void Add(uint64_t first, uint64_t count);
  // Takes `count` free slabs in a row and returns the first; kNone when there are none. Unless it is
  // `thorough`, it may miss runs that are hardly longer than that, where there are very many of such.
  // REQUIRES: count > 0
  uint64_t Take(uint64_t count, bool thorough);
  // Takes exactly these. REQUIRES: AllFree(first, count)
  void TakeAt(uint64_t first, uint64_t count);
  bool AllFree(uint64_t first, uint64_t count) const;
  bool IsFree(uint64_t slab) const { return (free_[slab / 64] >> (slab % 64) & 1) != 0; }
  // How many are free in a row up to this one, without it; and from this one on. REQUIRES: slab <= slabs
  uint64_t FreeBefore(uint64_t slab) const {
    return slab == 0 || !IsFree(slab - 1) ? 0 : slab - FirstOf(slab - 1);
  }
  uint64_t FreeFrom(uint64_t slab) const;
  // Slabs that are free.
  uint64_t total() const { return total_; }

 private:
  static constexpr uint32_t kExact = 32, kPerDoubling = 16;
  static constexpr uint32_t kBins = kExact + (32 - 5) * kPerDoubling;
  struct Links {  // of a run, at its first slab; a slab is told by its number + 1
    uint32_t next, before;
  };

  static uint32_t BinOf(uint64_t count);
  uint32_t NextBin(uint32_t from) const;  // that has a run; kBins: there is none
  void Link(uint64_t first, uint64_t count);
  void Unlink(uint64_t first);
  void Mark(uint64_t first, uint64_t count, bool free);
  uint64_t FirstOf(uint64_t slab) const;  // of the run it is in

  uint64_t slabs_ = 0, total_ = 0;
  os::Zeros<uint64_t> free_;
  os::Zeros<uint32_t> count_;
  os::Zeros<Links> links_;
  uint32_t heads_[kBins] = {};
  uint64_t has_[(kBins + 63) / 64] = {};  // a bit for each bin with a run
};

}  // namespace atollstore

#endif  // ATOLL_HEAP_FREE_RUNS_H_
