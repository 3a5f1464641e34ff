// The files of one store that spilled objects lie in: DIRECTORY/atoll-spill-STORE/N, one per batch. A file
// goes when its last record goes; a record's space goes with the record. The directory is locked while any
// process of its store lives, so that the next store started with the same DIRECTORY removes what a dead one
// has left.
//
// Write() and Read() may run on another thread than the rest, one at a time each.
#ifndef ATOLL_SPILL_SPILL_FILES_H_
#define ATOLL_SPILL_SPILL_FILES_H_

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "object_id.h"
#include "layout/spill_record.h"
#include "os/file.h"

namespace atollstore {

// What a record says of its object, and where the bytes are or shall be: size and contained ids together.
struct SpillItem {
  ObjectId id;
  uint64_t size = 0;
  uint64_t tag = 0;
  uint32_t contained = 0;
  uint64_t bytes = 0;             // of the object with its ids, as they lie in the store
  SpillPlace place;               // set by Write()
  const uint8_t* from = nullptr;  // in memory; for Write()
  std::optional<uint32_t> crc{};  // of the bytes there, when somebody has computed it ahead of Write()
};

class SpillFiles {
 public:
  // Both of what follows.
  static Result<std::unique_ptr<SpillFiles>> Open(const std::string& directory, uint64_t store,
                                                  uint64_t limit);
  // Makes the store's directory below `directory`, which must exist, and removes those of dead stores there.
  // Returns its lock, to be kept by whoever may start a life of this store's server.
  static Result<os::UniqueFd> Lock(const std::string& directory, uint64_t store);
  // Removes the directory with all files.
  ~SpillFiles();
  int lock() const { return lock_.get(); }
  // Takes over what an earlier life of the same store has left there, if any. `limit`: bytes on disk, 0 for
  // no limit.
  static Result<std::unique_ptr<SpillFiles>> TakeOver(const std::string& directory, uint64_t store,
                                                      uint64_t limit, os::UniqueFd lock);

  // Writes the items into one new file; all of it is on the disk when this has succeeded, and nothing when it
  // has failed. Sets the places, and may change the order.
  Status Write(std::vector<SpillItem>* items);
  // The bytes of the item at its place, checked. Fails with ATOLL_CORRUPT when they are not what was written,
  // with ATOLL_SYSTEM when the disk does not give them.
  Status Read(const SpillItem& item, uint8_t* to) const;
  // What the record at the place says; its contained ids are the last of its bytes.
  Result<SpillItem> Describe(SpillPlace place) const;

  // The record is not needed any more.
  void Release(SpillPlace place, uint64_t bytes);
  // After a takeover: this record is needed. Then, once all are known: what nobody needs goes.
  void Adopt(SpillPlace place, uint64_t bytes);
  void RemoveUnknown();

  uint64_t bytes_on_disk() const { return bytes_on_disk_.load(std::memory_order_relaxed); }
  uint64_t limit() const { return limit_; }

 private:
  SpillFiles(std::string path, uint64_t store, uint64_t limit, os::UniqueFd lock)
      : path_(std::move(path)), store_(store), limit_(limit), lock_(std::move(lock)) {}
  std::string PathOf(uint64_t file) const { return path_ + "/" + std::to_string(file); }
  Result<os::File> FileOf(uint64_t file) const { return os::File::Open(PathOf(file)); }
  // The header in what was read of the place's block.
  Result<SpillRecord> HeaderIn(const uint8_t* block, SpillPlace place) const;

  const std::string path_;
  const uint64_t store_;
  const uint64_t limit_;
  os::UniqueFd lock_;
  uint64_t next_ = 1;
  std::atomic<uint64_t> bytes_on_disk_{0};
  mutable std::mutex mutex_;              // of records_
  std::map<uint64_t, uint64_t> records_;  // needed ones, by file
};

}  // namespace atollstore

#endif  // ATOLL_SPILL_SPILL_FILES_H_
