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

// The header of the item's record, which lies there. Fails when it is another one's, or none.
Result<SpillRecord> HeaderAt(const uint8_t* at, const SpillItem& item) {
  SpillRecord head;
  std::memcpy(&head, at, sizeof(head));
  const SpillPlace place = item.place;
  if (head.magic != kSpillMagic || head.head_crc != HeadCrc(head) || head.store != item.id.store) {
    return Status::Error(ATOLL_CORRUPT, "spill file %lu: no record at %lu", place.file(), place.offset());
  }
  if (ObjectId({head.store, head.place}) != item.id || head.size != item.size || head.contained != item.contained) {
    return Status::Error(ATOLL_CORRUPT, "spill file %lu at %lu: object %lx of %lu bytes, %lx of %lu expected",
                         place.file(), place.offset(), head.place, head.size, item.id.place, item.size);
  }
  return head;
}

Status CheckCrc(const SpillItem& item, const SpillRecord& head, uint32_t crc) {
  if (crc == head.bytes_crc) return {};
  return Status::Error(ATOLL_CORRUPT, "spill file %lu at %lu: checksum %08x, %08x expected", item.place.file(),
                       item.place.offset(), crc, head.bytes_crc);
}

// Puts those of `bytes` bytes, which are the object's from `at` on, where the part wants them.
void Copy(const SpillPart& part, const uint8_t* from, uint64_t at, uint64_t bytes) {
  const uint64_t begin = std::max(at, part.offset), end = std::min(at + bytes, part.offset + part.bytes);
  if (begin >= end) return;
  const auto copy = [&] { std::memcpy(part.to + (begin - part.offset), from + (begin - at), end - begin); };
  part.gate == nullptr ? copy() : part.gate->Through(copy);
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
    if (whole != 0 && part.gate == nullptr && at >= part.offset && at + whole <= part.offset + part.bytes &&
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
  auto record = HeaderAt(buffer.get() + (item.place.offset() - begin), item);
  if (!record.ok()) return record.status();
  uint32_t crc = 0;
  if (large) {
    auto read = ReadLarge(file, begin + kSpillBlock, item.bytes, part, buffer.get());
    if (!read.ok()) return read.status();
    crc = read.value();
  } else {
    crc = Crc32c(buffer.get() + head_bytes, item.bytes);
    Copy(part, buffer.get() + head_bytes, 0, item.bytes);
  }
  return CheckCrc(item, record.value(), crc);
}

namespace {

// Those that one call reads: as far as they lie close to each other, and go into a piece.
size_t Together(std::span<const SpillItem> items) {
  constexpr uint64_t kGap = 16 << 10;  // to read over is cheaper than another call
  const auto end_of = [](const SpillItem& item) { return item.place.offset() + SpillRecordBytes(item.bytes); };
  const uint64_t begin = os::BlockFloor(items[0].place.offset());
  size_t count = 1;
  while (count < items.size() && items[count].place.offset() <= end_of(items[count - 1]) + kGap &&
         end_of(items[count]) - begin <= kPieceBytes) {
    ++count;
  }
  return count;
}

}  // namespace

void ReadSpilledTogether(const os::File& file, std::span<SpillItem> items, const std::atomic<bool>* stop) {
  const auto one_by_one = [&](std::span<SpillItem> some) {
    for (SpillItem& item : some)
      item.outcome = ReadSpilled(file, item, {item.to, 0, item.bytes, INT64_MAX, stop, nullptr});
  };
  for (size_t count; !items.empty(); items = items.subspan(count)) {
    count = Together(items);
    const std::span<SpillItem> some = items.subspan(0, count);
    const uint64_t begin = os::BlockFloor(some[0].place.offset());
    const SpillItem& last = some[count - 1];
    const uint64_t bytes = os::BlockCeiling(last.place.offset() + sizeof(SpillRecord) + last.bytes - begin);
    const os::BlockBuffer buffer = count > 1 ? os::MakeBlockBuffer(bytes) : nullptr;
    // What goes wrong is told for each of them.
    if (buffer == nullptr || !file.Read(begin, buffer.get(), bytes).ok()) {
      one_by_one(some);
      continue;
    }
    for (SpillItem& item : some) {
      const uint8_t* const at = buffer.get() + (item.place.offset() - begin);
      auto head = HeaderAt(at, item);
      item.outcome = head.ok() ? CheckCrc(item, head.value(), Crc32c(at + sizeof(SpillRecord), item.bytes)) : head.status();
      if (item.outcome.ok()) std::memcpy(item.to, at + sizeof(SpillRecord), item.bytes);
    }
  }
}

}  // namespace atollstore
