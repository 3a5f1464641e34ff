#include "spill/spill_files.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "spill/checksum.h"
#include "spill/spill_writer.h"

namespace atollstore {
namespace {

constexpr uint64_t kPieceBytes = 4 << 20;
constexpr char kPrefix[] = "atoll-spill-";
constexpr char kLock[] = "/lock";

std::string NameOf(uint64_t store) {
  char name[40];
  std::snprintf(name, sizeof(name), "%s%016lx", kPrefix, store);
  return name;
}

// Directories here whose store has no process left, but for one of that name.
void SweepStale(const std::string& directory, const std::string& kept) {
  for (const std::string& name : os::ListDirectory(directory)) {
    if (name.rfind(kPrefix, 0) != 0 || name == kept) continue;
    const std::string path = directory + "/" + name;
    const auto lock = os::LockFile(path + kLock);
    if (lock.ok()) os::RemoveDirectory(path);
  }
}

}  // namespace

Result<std::unique_ptr<SpillFiles>> SpillFiles::Open(const std::string& directory, uint64_t store,
                                                     uint64_t limit) {
  auto lock = Lock(directory, store);
  if (!lock.ok()) return lock.status();
  return TakeOver(directory, store, limit, std::move(lock).value());
}

Result<os::UniqueFd> SpillFiles::Lock(const std::string& directory, uint64_t store) {
  SweepStale(directory, NameOf(store));
  const std::string path = directory + "/" + NameOf(store);
  ATOLL_RETURN_IF_ERROR(os::MakeDirectory(path));
  return os::LockFile(path + kLock);
}

Result<std::unique_ptr<SpillFiles>> SpillFiles::TakeOver(const std::string& directory, uint64_t store,
                                                         uint64_t limit, os::UniqueFd lock) {
  const std::string path = directory + "/" + NameOf(store);
  std::unique_ptr<SpillFiles> files(new SpillFiles(path, store, limit, std::move(lock)));
  for (const std::string& name : os::ListDirectory(path)) {
    const uint64_t number = std::strtoull(name.c_str(), nullptr, 10);
    if (number >= files->next_) files->next_ = number + 1;
  }
  return files;
}

SpillFiles::~SpillFiles() { os::RemoveDirectory(path_); }

Status SpillFiles::Write(std::vector<SpillItem>* items) {
  std::stable_partition(items->begin(), items->end(),
                        [](const SpillItem& item) { return item.bytes >= kSpillLarge; });
  uint64_t end = kSpillBegin;
  for (SpillItem& item : *items) {
    item.place = SpillPlace(next_, end);
    end += SpillRecordBytes(item.bytes);
  }
  if (end > SpillPlace::kMaxFileBytes) {
    return Status::Error(ATOLL_INVALID_ARGUMENT, "%lu bytes in one spill file, %lu at most", end,
                         SpillPlace::kMaxFileBytes);
  }
  const std::string path = PathOf(next_);
  auto made = os::File::Create(path);
  if (!made.ok()) return made.status();
  SpillWriter writer(&made.value());
  Status written = writer.Skip(kSpillBegin);
  for (size_t i = 0; i < items->size() && written.ok(); ++i) written = writer.Add((*items)[i]);
  if (written.ok()) written = writer.Finish();
  if (!written.ok()) {
    os::RemoveFile(path);
    return written;
  }
  bytes_on_disk_.fetch_add(end - kSpillBegin, std::memory_order_relaxed);
  std::lock_guard lock(mutex_);
  records_[next_++] = items->size();
  return {};
}

Result<SpillRecord> SpillFiles::HeaderIn(const uint8_t* block, SpillPlace place) const {
  SpillRecord record;
  std::memcpy(&record, block + place.offset() % kSpillBlock, sizeof(record));
  if (record.magic != kSpillMagic || record.head_crc != HeadCrc(record) || record.store != store_) {
    return Status::Error(ATOLL_CORRUPT, "spill file %lu: no record at %lu", place.file(), place.offset());
  }
  return record;
}

Status SpillFiles::Read(const SpillItem& item, uint8_t* to) const {
  auto file = FileOf(item.place.file());
  if (!file.ok()) return file.status();
  const uint64_t begin = os::BlockFloor(item.place.offset());
  const uint64_t head_bytes = item.place.offset() + sizeof(SpillRecord) - begin;
  const bool large = item.bytes >= kSpillLarge;
  if (large && head_bytes != kSpillBlock) {
    return Status::Error(ATOLL_CORRUPT, "spill file %lu: no large record can be at %lu", item.place.file(),
                         item.place.offset());
  }
  const uint64_t buffer_bytes = os::BlockCeiling(large ? kPieceBytes : head_bytes + item.bytes);
  const os::BlockBuffer buffer = os::MakeBlockBuffer(buffer_bytes);
  if (buffer == nullptr) return Status::Error(ATOLL_OUT_OF_MEMORY, "%lu bytes to read a file", buffer_bytes);
  ATOLL_RETURN_IF_ERROR(file.value().Read(begin, buffer.get(), large ? kSpillBlock : buffer_bytes));
  auto record = HeaderIn(buffer.get(), item.place);
  if (!record.ok()) return record.status();
  const SpillRecord& head = record.value();
  if (ObjectId({head.store, head.place}) != item.id || head.size != item.size ||
      head.contained != item.contained) {
    return Status::Error(ATOLL_CORRUPT, "spill file %lu at %lu: object %lx of %lu bytes, %lx of %lu expected",
                         item.place.file(), item.place.offset(), head.place, head.size, item.id.place,
                         item.size);
  }
  uint32_t crc = 0;
  if (!large) {
    std::memcpy(to, buffer.get() + head_bytes, item.bytes);
    crc = Crc32c(to, item.bytes);
  }
  // Whole blocks go to where they belong, if that is aligned; what is left goes through the buffer.
  const bool aligned = reinterpret_cast<uintptr_t>(to) % kSpillBlock == 0;
  for (uint64_t at = 0; large && at < item.bytes;) {
    const uint64_t left = item.bytes - at;
    const bool direct = aligned && left >= kSpillBlock;
    const uint64_t piece = std::min(kPieceBytes, direct ? os::BlockFloor(left) : left);
    ATOLL_RETURN_IF_ERROR(file.value().Read(begin + kSpillBlock + at, direct ? to + at : buffer.get(),
                                            os::BlockCeiling(piece)));
    if (!direct) std::memcpy(to + at, buffer.get(), piece);
    crc = Crc32c(to + at, piece, crc);
    at += piece;
  }
  if (crc != head.bytes_crc) {
    return Status::Error(ATOLL_CORRUPT, "spill file %lu at %lu: checksum %08x, %08x expected",
                         item.place.file(), item.place.offset(), crc, head.bytes_crc);
  }
  return {};
}

Result<SpillItem> SpillFiles::Describe(SpillPlace place) const {
  auto file = FileOf(place.file());
  if (!file.ok()) return file.status();
  const os::BlockBuffer block = os::MakeBlockBuffer(kSpillBlock);
  if (block == nullptr) return Status::Error(ATOLL_OUT_OF_MEMORY, "%lu bytes to read a file", kSpillBlock);
  ATOLL_RETURN_IF_ERROR(file.value().Read(os::BlockFloor(place.offset()), block.get(), kSpillBlock));
  auto record = HeaderIn(block.get(), place);
  if (!record.ok()) return record.status();
  const SpillRecord& head = record.value();
  const uint64_t ids = uint64_t{head.contained} * sizeof(atoll_object_id);
  return SpillItem{
      {head.store, head.place >> ObjectId::kGenerationBits, head.place & ObjectId::kGenerationMask},
      head.size,
      head.tag,
      head.contained,
      head.contained == 0 ? head.size : (head.size + 15) / 16 * 16 + ids,
      place};
}

void SpillFiles::Release(SpillPlace place, uint64_t bytes) {
  std::lock_guard lock(mutex_);
  const auto found = records_.find(place.file());
  if (found == records_.end()) return;
  bytes_on_disk_.fetch_sub(SpillRecordBytes(bytes), std::memory_order_relaxed);
  if (--found->second == 0) {
    os::RemoveFile(PathOf(place.file()));
    records_.erase(found);
  } else if (auto file = FileOf(place.file()); file.ok()) {
    file.value().Punch(place.offset(), SpillRecordBytes(bytes));
  }
}

void SpillFiles::Adopt(SpillPlace place, uint64_t bytes) {
  std::lock_guard lock(mutex_);
  ++records_[place.file()];
  bytes_on_disk_.fetch_add(SpillRecordBytes(bytes), std::memory_order_relaxed);
}

void SpillFiles::RemoveUnknown() {
  std::lock_guard lock(mutex_);
  for (const std::string& name : os::ListDirectory(path_)) {
    const uint64_t number = std::strtoull(name.c_str(), nullptr, 10);
    if (number != 0 && !records_.contains(number)) os::RemoveFile(path_ + "/" + name);
  }
}

}  // namespace atollstore
