// What a record says of its object, and where the bytes are or shall be: size and contained ids together.
#ifndef ATOLL_SPILL_SPILL_ITEM_H_
#define ATOLL_SPILL_SPILL_ITEM_H_

#include <cstdint>
#include <optional>

#include "layout/geometry.h"
#include "layout/spill_record.h"
#include "object_id.h"
#include "status.h"

namespace atollstore {

struct SpillItem {
  ObjectId id;
  uint64_t size = 0;
  uint64_t tag = 0;
  uint32_t contained = 0;
  uint64_t bytes = 0;             // of the object with its ids, as they lie in the store
  SpillPlace place;               // set by SpillFiles::Write()
  const uint8_t* from = nullptr;  // in memory; for Write()
  std::optional<uint32_t> crc{};  // of the bytes there, when somebody has computed it ahead of Write()
  uint8_t* to = nullptr;          // for Read(), and
  Status outcome{};               // what it has come to
};

// What the entry says of its object.
SpillItem ItemOf(const Control& control, uint64_t index);

}  // namespace atollstore

#endif  // ATOLL_SPILL_SPILL_ITEM_H_
