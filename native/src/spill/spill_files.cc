#include "spill/spill_files.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "spill/checksum.h"

namespace atollstore {
namespace {

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
  static constexpr uint8_t kPadding[kSpillAlignment] = {};
  std::vector<SpillRecord> records(items->size());
  std::vector<iovec> parts;
  parts.reserve(3 * items->size());
  uint64_t at = 0;
  for (size_t i = 0; i < items->size(); ++i) {
    SpillItem& item = (*items)[i];
    records[i] = {kSpillMagic,
                  item.id.store,
                  item.id.place,
                  item.size,
                  item.tag,
                  item.contained,
                  Crc32c(sources[i], item.bytes),
                  0,
                  {}};
    records[i].head_crc = HeadCrc(records[i]);
    item.place = SpillPlace(next_, at);
    parts.push_back({&records[i], sizeof(SpillRecord)});
    if (item.bytes != 0) parts.push_back({const_cast<uint8_t*>(sources[i]), item.bytes});
    const uint64_t whole = RecordBytes(item.bytes);
    if (const uint64_t rest = whole - sizeof(SpillRecord) - item.bytes; rest != 0) {
      parts.push_back({const_cast<uint8_t*>(kPadding), rest});
    }
    at += whole;
  }
  if (at > SpillPlace::kMaxFileBytes) {
    return Status::Error(ATOLL_INVALID_ARGUMENT, "%lu bytes in one spill file, %lu at most", at,
                         SpillPlace::kMaxFileBytes);
  }
  const std::string path = PathOf(next_);
  auto made = os::File::Create(path);
  if (!made.ok()) return made.status();
  Status written = made.value().Write(0, std::move(parts));
  if (written.ok()) written = made.value().Sync();
  if (!written.ok()) {
    os::RemoveFile(path);
    return written;
  }
  bytes_on_disk_.fetch_add(at, std::memory_order_relaxed);
  std::lock_guard lock(mutex_);
  records_[next_++] = items->size();
  return {};
}

Result<SpillRecord> SpillFiles::HeaderAt(const os::File& file, SpillPlace place) const {
  SpillRecord record;
  ATOLL_RETURN_IF_ERROR(file.Read(place.offset(), &record, sizeof(record)));
  if (record.magic != kSpillMagic || record.head_crc != HeadCrc(record)) {
    return Status::Error(ATOLL_CORRUPT, "spill file %lu: no record at %lu", place.file(), place.offset());
  }
  return record;
}

Status SpillFiles::Read(const SpillItem& item, uint8_t* to) const {
  auto file = FileOf(item.place.file());
  if (!file.ok()) return file.status();
  auto record = HeaderAt(file.value(), item.place);
  if (!record.ok()) return record.status();
  const SpillRecord& head = record.value();
  if (ObjectId({head.store, head.place}) != item.id || head.size != item.size ||
      head.contained != item.contained) {
    return Status::Error(ATOLL_CORRUPT, "spill file %lu at %lu: object %lx of %lu bytes, %lx of %lu expected",
                         item.place.file(), item.place.offset(), head.place, head.size, item.id.place,
                         item.size);
  }
  ATOLL_RETURN_IF_ERROR(file.value().Read(item.place.offset() + sizeof(head), to, item.bytes));
  if (Crc32c(to, item.bytes) != head.bytes_crc) {
    return Status::Error(ATOLL_CORRUPT, "spill file %lu at %lu: checksum %08x, %08x expected",
                         item.place.file(), item.place.offset(), Crc32c(to, item.bytes), head.bytes_crc);
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
