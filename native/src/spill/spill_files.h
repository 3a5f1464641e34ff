// The files of one store that spilled objects lie in, one or more per batch, in its SpillDirectory. A file
// goes when its last record goes, and a block of 4 KiB with the last record that has some of it: so each record keeps no
// more on the disk than its own bytes and what else is in the two blocks at its ends.
//
// Which records are needed is the server's thread's to say: Adopt(), Release(), RemoveUnknown(). What works
// on files may run on another thread; of Write() there is one at a time.
#ifndef ATOLL_SPILL_SPILL_FILES_H_
#define ATOLL_SPILL_SPILL_FILES_H_

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "os/file.h"
#include "spill/spill_directory.h"
#include "spill/spill_item.h"
#include "spill/spill_reader.h"

namespace atollstore {

// Something on disk that nobody needs any more.
struct SpillRemoval {
  enum class Kind { kBlocks, kFile, kUnknown };  // the last: files without any record that is needed
  Kind kind = Kind::kUnknown;
  uint64_t file = 0;
  uint64_t offset = 0, bytes = 0;  // in whole blocks: what nobody needs any more; with kFile what was left of it
  std::vector<uint64_t> kept{};  // with kUnknown: the files that stay, in order
};

class SpillFiles {
 public:
  // Both of what follows.
  static Result<std::unique_ptr<SpillFiles>> Open(const std::string& parent, uint64_t store, uint64_t limit);
  // Takes over what an earlier life of the same store has left there, if any. `lock` is of
  // SpillDirectory::Lock(). `limit`: bytes on disk, 0 for no limit. No record begins at or behind
  // `last_place`. At the end the directory goes with all files.
  SpillFiles(const std::string& parent, uint64_t store, uint64_t limit, os::UniqueFd lock,
             uint64_t last_place = SpillPlace::kMaxOffset);

  const SpillDirectory& directory() const { return directory_; }
  uint64_t limit() const { return limit_; }
  // What the needed records and what lies in blocks with them take there; less when what was released is gone, too.
  uint64_t bytes_on_disk() const { return bytes_on_disk_.load(std::memory_order_relaxed); }

  // Writes the items into new files; all of it is on the disk when this has succeeded, and nothing when it
  // has failed. Sets the places, and may change the order. What is to stay must be adopted.
  Status Write(std::vector<SpillItem>* items);
  // The bytes of the item at its place, checked, as ReadSpilled() says.
  Status Read(const SpillItem& item, uint8_t* to) const;
  // Those of many, each to its `to`; may change the order. What lies together is read together. Sets the outcomes.
  void ReadAll(std::vector<SpillItem>* items) const;
  // Its contained ids, of a record that is checked as a whole.
  Status ReadIds(const SpillItem& item, std::vector<uint8_t>* ids) const;
  // Whether Read() would succeed.
  Status Check(const SpillItem& item) const;
  void Remove(const SpillRemoval& removal);
  // The store ends: nobody needs what is being read or written, and it fails soon.
  void GiveUp() { giving_up_.store(true, std::memory_order_relaxed); }

  // This record is needed: it has been written, or an earlier life has left it.
  void Adopt(SpillPlace place, uint64_t bytes);
  // The record is not needed any more. What was not adopted, or was released before, is left alone.
  void Release(SpillPlace place);
  // Of what earlier lives have left, only what has been adopted is needed.
  void RemoveUnknown();
  // Who calls Remove() with what these two have found, from now on; else they do.
  void UseRemover(std::function<void(SpillRemoval)> remover) { remover_ = std::move(remover); }

 private:
  // The needed records of one file.
  struct InFile {
    uint64_t records = 0;
    // Where each begins, and how many bytes it takes; 0 when it was released. In order when `sorted`.
    std::vector<std::pair<uint64_t, uint64_t>> sizes{};
    bool sorted = true;
    // How many of them begin or end in each block. Only such a block may be of several records.
    std::vector<uint8_t> ends{};
  };
  // How many bytes the record there takes; 0: none is needed there. It is not needed from now on.
  static uint64_t TakeSize(InFile* in, SpillPlace place);
  Status ReadPart(const SpillItem& item, SpillPart part) const;
  Result<os::File> CreateNext();
  // As many from `begin` on as go into one file; returns the end of them.
  size_t SetPlaces(std::vector<SpillItem>& items, size_t begin, uint64_t file) const;

  SpillDirectory directory_;
  const uint64_t limit_;
  const uint64_t last_place_;
  uint64_t first_;  // file that this life may write
  uint64_t next_;   // changed by Write() alone
  std::atomic<uint64_t> bytes_on_disk_{0};
  std::atomic<bool> giving_up_{false};
  std::unordered_map<uint64_t, InFile> files_;
  std::function<void(SpillRemoval)> remover_;
};

}  // namespace atollstore

#endif  // ATOLL_SPILL_SPILL_FILES_H_
