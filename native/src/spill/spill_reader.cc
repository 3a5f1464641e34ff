#include "spill/spill_reader.h"

#include <algorithm>
#include <cstring>

#include "os/sync.h"
#include "spill/checksum.h"

namespace atollstore {
namespace {

constexpr uint64_t kPieceBytes = 4 << 20;

Status NoMemory(uint64_t bytes) {
  return Status::Error(ATOLL_OUT_OF_MEMORY, "%lu bytes to read a file", bytes);
}

// The header in what was read of the place's block.
Result<SpillRecord> HeaderIn(const uint8_t* block, uint64_t store, SpillPlace place) {
  SpillRecord record;
  std::memcpy(&record, block + place.offset() % kSpillBlock, sizeof(record));
  if (record.magic != kSpillMagic || record.head_crc != HeadCrc(record) || record.store != store) {
    return Status::Error(ATOLL_CORRUPT, "spill file %lu: no record at %lu", place.file(), place.offset());
  }
  return record;
}

// Puts those of `bytes` bytes, which are the object's from `at` on, where the part wants them.
void Copy(const SpillPart& part, const uint8_t* from, uint64_t at, uint64_t bytes) {
  const uint64_t begin = std::max(at, part.offset), end = std::min(at + bytes, part.offset + part.bytes);
  if (begin < end) std::memcpy(part.to + (begin - part.offset), from + (begin - at), end - begin);
}

// The bytes of a large object lie at whole blocks. Whole blocks go straight to where they belong if that is
// aligned; the rest goes through `buffer`, of kPieceBytes or all of the object.
Result<uint32_t> ReadLarge(const os::File& file, uint64_t begin, uint64_t bytes, const SpillPart& part,
                           uint8_t* buffer) {
  uint32_t crc = 0;
  for (uint64_t at = 0; at < bytes;) {
    if (part.until != INT64_MAX && os::NowNanos() > part.until)
      return Status::Error(ATOLL_TIMED_OUT, "%lu of %lu bytes read from disk in time", at, bytes);
    if (part.stop != nullptr && part.stop->load(std::memory_order_relaxed))
      return Status::Error(ATOLL_DISCONNECTED, "the store ends, after %lu of %lu bytes read from disk", at,
                           bytes);
    uint64_t piece = std::min(kPieceBytes, bytes - at);
    const uint64_t whole = os::BlockFloor(piece);
    uint8_t* to = buffer;
    if (whole != 0 && at >= part.offset && at + whole <= part.offset + part.bytes &&
        reinterpret_cast<uintptr_t>(part.to + (at - part.offset)) % kSpillBlock == 0) {
      to = part.to + (at - part.offset);
      piece = whole;
    }
    ATOLL_RETURN_IF_ERROR(file.Read(begin + at, to, os::BlockCeiling(piece)));
    crc = Crc32c(to, piece, crc);
    if (to == buffer) Copy(part, buffer, at, piece);
    at += piece;
  }
  return crc;
}

}  // namespace

Status ReadSpilled(const os::File& file, const SpillItem& item, const SpillPart& part) {
  const uint64_t begin = os::BlockFloor(item.place.offset());
  const uint64_t head_bytes = item.place.offset() + sizeof(SpillRecord) - begin;
  const bool large = item.bytes >= kSpillLarge;
  if (large && head_bytes != kSpillBlock) {
    return Status::Error(ATOLL_CORRUPT, "spill file %lu: no large record can be at %lu", item.place.file(),
                         item.place.offset());
  }
  const uint64_t buffer_bytes =
      os::BlockCeiling(large ? std::min(kPieceBytes, item.bytes) : head_bytes + item.bytes);
  const os::BlockBuffer buffer = os::MakeBlockBuffer(buffer_bytes);
  if (buffer == nullptr) return NoMemory(buffer_bytes);
  ATOLL_RETURN_IF_ERROR(file.Read(begin, buffer.get(), large ? kSpillBlock : buffer_bytes));
  auto record = HeaderIn(buffer.get(), item.id.store, item.place);
  if (!record.ok()) return record.status();
  const SpillRecord& head = record.value();
  if (ObjectId({head.store, head.place}) != item.id || head.size != item.size ||
      head.contained != item.contained) {
    return Status::Error(ATOLL_CORRUPT, "spill file %lu at %lu: object %lx of %lu bytes, %lx of %lu expected",
                         item.place.file(), item.place.offset(), head.place, head.size, item.id.place,
                         item.size);
  }
  uint32_t crc = 0;
  if (large) {
    auto read = ReadLarge(file, begin + kSpillBlock, item.bytes, part, buffer.get());
    if (!read.ok()) return read.status();
    crc = read.value();
  } else {
    crc = Crc32c(buffer.get() + head_bytes, item.bytes);
    Copy(part, buffer.get() + head_bytes, 0, item.bytes);
  }
  if (crc != head.bytes_crc) {
    return Status::Error(ATOLL_CORRUPT, "spill file %lu at %lu: checksum %08x, %08x expected",
                         item.place.file(), item.place.offset(), crc, head.bytes_crc);
  }
  return {};
}

}  // namespace atollstore
