// One look at a store: gathers what the columns and containers say, then holds every record against it.
#ifndef ATOLL_CHECK_CHECKER_H_
#define ATOLL_CHECK_CHECKER_H_

#include <vector>

#include "check/fsck.h"
#include "heap/size_class.h"

namespace atollstore {

class Checker {
 public:
  Checker(const Control& control, const os::Mapping& data);
  FsckReport Run();

 private:
  // Where a block lies in the data segment.
  struct Extent {
    uint64_t begin, end, entry;
  };

  void CheckHeader();
  void GatherColumns();
  void GatherColumn(uint32_t client);
  void GatherNames();
  void GatherContainer(uint64_t index, Word word);
  void CheckEntry(uint64_t index);
  bool IsMoving(uint64_t extent, const Entry& entry, const ObjectId& id) const;
  void CheckHolder(uint64_t index, uint32_t client);
  void CheckNamed(uint64_t index, Word word);
  void CheckBlock(uint64_t index, Word word);
  void CheckOverlaps();
  void CheckBlockWords(uint64_t extent);
  void CheckExtents();
  void CheckEntryBlocks();
  void CheckSlots();
  void CheckServerReferences();

  bool SlotInUse(uint64_t client) const;
  void Wrong(uint64_t where, const char* rule, ...) __attribute__((format(printf, 3, 4)));

  const Control control_;
  const os::Mapping& data_;
  const Geometry& g_;
  const SizeClasses classes_;
  const uint64_t high_;  // entries
  const uint64_t columns_;
  FsckReport report_;
  std::vector<uint64_t> pins_, references_;  // per entry, of all columns
  std::vector<uint8_t> dropped_;             // per entry: somebody asks the server to look at it
  std::vector<uint64_t> contained_;          // per entry: what column 0 should hold
  uint64_t contained_on_disk_ = 0;           // ids in containers whose bytes are not in memory
  std::vector<uint32_t> blocks_of_extent_;
  std::vector<Extent> placed_;
};

}  // namespace atollstore

#endif  // ATOLL_CHECK_CHECKER_H_
