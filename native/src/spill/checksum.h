// CRC32C (Castagnoli, RFC 3720), by the CPU's instruction where it has one.
#ifndef ATOLL_SPILL_CHECKSUM_H_
#define ATOLL_SPILL_CHECKSUM_H_

#include <cstddef>
#include <cstdint>

#include "layout/spill_record.h"

namespace atollstore {

// The checksum of `bytes`, going on from that of what came before them (0 at first).
uint32_t Crc32c(const void* data, uint64_t bytes, uint32_t before = 0);

// The same without the CPU's help: what the other is tested against.
uint32_t Crc32cByTable(const void* data, uint64_t bytes, uint32_t before = 0);

inline uint32_t HeadCrc(const SpillRecord& record) {
  return Crc32c(&record, offsetof(SpillRecord, head_crc));
}

}  // namespace atollstore

#endif  // ATOLL_SPILL_CHECKSUM_H_
