#include "spill/spill_files.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <utility>

#include "spill/checksum.h"

namespace atollstore {
namespace {

constexpr uint64_t kPieceBytes = 1 << 20;
constexpr char kPrefix[] = "atoll-spill-";
constexpr char kLock[] = "/lock";

std::string NameOf(uint64_t store) {
  char name[40];
  std::snprintf(name, sizeof(name), "%s%016lx", kPrefix, store);
  return name;
}

uint32_t HeadCrc(const SpillRecord& record) { return Crc32c(&record, offsetof(SpillRecord, head_crc)); }

// Directories here whose store has no process left.
void SweepStale(const std::string& directory) {
  for (const std::string& name : os::ListDirectory(directory)) {
    if (name.rfind(kPrefix, 0) != 0) continue;
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
  SweepStale(directory);
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

Status SpillFiles::Write(std::vector<SpillItem>* items, const std::vector<const uint8_t*>& sources) {
  uint64_t bytes = 0;
  for (SpillItem& item : *items) {
    item.place = SpillPlace(next_, bytes);
    bytes += RecordBytes(item.bytes);
  }
  if (bytes > SpillPlace::kMaxFileBytes) {
    return Status::Error(ATOLL_INVALID_ARGUMENT, "%lu bytes in one spill file, %lu at most", bytes,
                         SpillPlace::kMaxFileBytes);
  }
  const std::string path = PathOf(next_);
  auto made = os::File::Create(path);
  if (!made.ok()) return made.status();
  Status written = WriteRecords(&made.value(), *items, sources);
  if (written.ok()) written = made.value().Sync();
  if (!written.ok()) {
    os::RemoveFile(path);
    return written;
  }
  bytes_on_disk_.fetch_add(bytes, std::memory_order_relaxed);
  std::lock_guard lock(mutex_);
  records_[next_++] = items->size();
  return {};
}

// Piece by piece, so that the disk is busy with one while the checksums of the next are made.
Status SpillFiles::WriteRecords(os::File* file, const std::vector<SpillItem>& items,
                                const std::vector<const uint8_t*>& sources) {
  static constexpr uint8_t kPadding[kSpillAlignment] = {};
  std::deque<SpillRecord> records;  // stay where they are until they are written
  std::vector<iovec> parts;
  uint64_t begin = 0, end = 0;
  for (size_t i = 0; i < items.size(); ++i) {
    const SpillItem& item = items[i];
    SpillRecord& record = records.emplace_back(SpillRecord{kSpillMagic,
                                                           item.id.store,
                                                           item.id.place,
                                                           item.size,
                                                           item.tag,
                                                           item.contained,
                                                           Crc32c(sources[i], item.bytes),
                                                           0,
                                                           {}});
    record.head_crc = HeadCrc(record);
    parts.push_back({&record, sizeof(record)});
    if (item.bytes != 0) parts.push_back({const_cast<uint8_t*>(sources[i]), item.bytes});
    const uint64_t whole = RecordBytes(item.bytes);
    if (const uint64_t rest = whole - sizeof(record) - item.bytes; rest != 0) {
      parts.push_back({const_cast<uint8_t*>(kPadding), rest});
    }
    end += whole;
    if (end - begin < kPieceBytes && i + 1 < items.size()) continue;
    ATOLL_RETURN_IF_ERROR(file->Write(begin, std::exchange(parts, {})));
    file->BeginWriteback(begin, end - begin);
    records.clear();
    begin = end;
  }
  return {};
}

Result<SpillRecord> SpillFiles::HeaderAt(const os::File& file, SpillPlace place) const {
  SpillRecord record;
  ATOLL_RETURN_IF_ERROR(file.Read(place.offset(), &record, sizeof(record)));
  if (record.magic != kSpillMagic || record.head_crc != HeadCrc(record) || record.store != store_) {
    return Status::Error(ATOLL_CORRUPT, "spill file %lu: no record at %lu", place.file(), place.offset());
  }
  return record;
}

Status SpillFiles::Read(const SpillItem& item, uint8_t* to) const {
  auto file = FileOf(item.place.file());
  if (!file.ok()) return file.status();
  // All of it is asked for at once, and as much of what lies behind it, which is likely to be wanted next.
  file.value().ReadAhead(item.place.offset(), 2 * RecordBytes(item.bytes));
  auto record = HeaderAt(file.value(), item.place);
  if (!record.ok()) return record.status();
  const SpillRecord& head = record.value();
  if (ObjectId({head.store, head.place}) != item.id || head.size != item.size ||
      head.contained != item.contained) {
    return Status::Error(ATOLL_CORRUPT, "spill file %lu at %lu: object %lx of %lu bytes, %lx of %lu expected",
                         item.place.file(), item.place.offset(), head.place, head.size, item.id.place,
                         item.size);
  }
  uint32_t crc = 0;
  for (uint64_t at = 0; at < item.bytes;) {
    const uint64_t piece = std::min(kPieceBytes, item.bytes - at);
    ATOLL_RETURN_IF_ERROR(file.value().Read(item.place.offset() + sizeof(head) + at, to + at, piece));
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
  auto record = HeaderAt(file.value(), place);
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
  bytes_on_disk_.fetch_sub(RecordBytes(bytes), std::memory_order_relaxed);
  if (--found->second == 0) {
    os::RemoveFile(PathOf(place.file()));
    records_.erase(found);
  } else if (auto file = FileOf(place.file()); file.ok()) {
    file.value().Punch(place.offset(), RecordBytes(bytes));
  }
}

void SpillFiles::Adopt(SpillPlace place, uint64_t bytes) {
  std::lock_guard lock(mutex_);
  ++records_[place.file()];
  bytes_on_disk_.fetch_add(RecordBytes(bytes), std::memory_order_relaxed);
}

void SpillFiles::RemoveUnknown() {
  std::lock_guard lock(mutex_);
  for (const std::string& name : os::ListDirectory(path_)) {
    const uint64_t number = std::strtoull(name.c_str(), nullptr, 10);
    if (number != 0 && !records_.contains(number)) os::RemoveFile(path_ + "/" + name);
  }
}

}  // namespace atollstore
