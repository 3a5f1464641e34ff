#include "spill/spill_writer.h"

#include <algorithm>
#include <cstring>

#include "spill/checksum.h"

namespace atollstore {
namespace {

constexpr uint64_t kGathered = 1 << 20;
constexpr uint64_t kPiece = 4 << 20;  // of a large object, in one call
constexpr uint8_t kZeros[kSpillBlock] = {};

}  // namespace

SpillWriter::SpillWriter(os::File* file, const std::atomic<bool>* stop)
    : file_(file), stop_(stop), gathered_(os::MakeBlockBuffer(kGathered)) {}

Status SpillWriter::Skip(uint64_t bytes) { return Append(kZeros, bytes); }

Status SpillWriter::Add(const SpillItem& item) {
  SpillRecord record{kSpillMagic,
                     item.id.store,
                     item.id.place,
                     item.size,
                     item.tag,
                     item.contained,
                     item.crc ? *item.crc : Crc32c(item.from, item.bytes),
                     0,
                     {}};
  record.head_crc = HeadCrc(record);
  ATOLL_RETURN_IF_ERROR(Append(&record, sizeof(record)));
  uint64_t direct = 0;
  if (item.bytes >= kSpillLarge && reinterpret_cast<uintptr_t>(item.from) % kSpillBlock == 0) {
    for (const uint64_t whole = os::BlockFloor(item.bytes); direct < whole;) {
      const uint64_t piece = std::min(kPiece, whole - direct);
      ATOLL_RETURN_IF_ERROR(Flush(item.from + direct, piece));
      direct += piece;
    }
  }
  ATOLL_RETURN_IF_ERROR(Append(item.from + direct, item.bytes - direct));
  return Skip(SpillRecordBytes(item.bytes) - sizeof(record) - item.bytes);
}

Status SpillWriter::Finish() {
  ATOLL_RETURN_IF_ERROR(Skip(os::BlockCeiling(fill_) - fill_));
  ATOLL_RETURN_IF_ERROR(Flush());
  return file_->Sync();
}

Status SpillWriter::Append(const void* bytes, uint64_t count) {
  if (gathered_ == nullptr) return Status::Error(ATOLL_OUT_OF_MEMORY, "%lu bytes to write a file", kGathered);
  for (const auto* at = static_cast<const uint8_t*>(bytes); count != 0;) {
    const uint64_t piece = std::min(count, kGathered - fill_);
    std::memcpy(gathered_.get() + fill_, at, piece);
    fill_ += piece;
    at += piece;
    count -= piece;
    if (fill_ == kGathered) ATOLL_RETURN_IF_ERROR(Flush());
  }
  return {};
}

Status SpillWriter::Flush(const uint8_t* bytes, uint64_t count) {
  if (stop_->load(std::memory_order_relaxed))
    return Status::Error(ATOLL_DISCONNECTED, "the store ends, after %lu bytes of a file", end_);
  ATOLL_RETURN_IF_ERROR(file_->Write(end_, {gathered_.get(), fill_}, {const_cast<uint8_t*>(bytes), count}));
  end_ += fill_ + count;
  fill_ = 0;
  return {};
}

}  // namespace atollstore
