// The directory of one store's spill files, PARENT/atoll-spill-STORE, and the lock file in it that says
// whether the store lives. Everything is reached below open descriptors and left alone if it is not ours
// (os/directory.h); what was left alone is named in one line on stderr.
//
// Any number of stores may start and end at once with one PARENT. Whoever starts makes the directory, then
// the lock file, locks it, and looks whether both are still at their names; else somebody has swept them
// meanwhile, and it begins again. Whoever sweeps takes away what it could lock: files, the lock file, the
// directory. Killed anywhere, either leaves one of: an empty directory, one with an unlocked lock file, one
// with files beside that. The next sweep takes away each of them.
//
// May be used by several threads.
#ifndef ATOLL_SPILL_SPILL_DIRECTORY_H_
#define ATOLL_SPILL_SPILL_DIRECTORY_H_

#include <shared_mutex>
#include <string>
#include <vector>

#include "os/directory.h"
#include "os/file.h"

namespace atollstore {

// The name of a file, of which the directory has one for each number from 1 on.
class SpillFileName {
 public:
  explicit SpillFileName(uint64_t number);
  const char* text() const { return text_; }
  // 0: not the name of a spill file.
  static uint64_t NumberOf(const std::string& name);

 private:
  char text_[24];
};

// Of a store's directory, below what the user has named.
std::string SpillDirectoryName(uint64_t store);

class SpillDirectory {
 public:
  // Makes the store's directory below `parent`, which must exist, and sweeps those of dead stores there.
  // Returns its lock, to be kept by whoever may start a life of this store's server.
  static Result<os::UniqueFd> Lock(const std::string& parent, uint64_t store);
  // Goes on with what Lock() has made, in whichever process. Should somebody have removed it, it is made
  // again when it is needed.
  SpillDirectory(const std::string& parent, uint64_t store, os::UniqueFd lock);
  // Removes it with all files.
  ~SpillDirectory();
  SpillDirectory(const SpillDirectory&) = delete;
  SpillDirectory& operator=(const SpillDirectory&) = delete;

  // Always the same number.
  int lock() const { return lock_.get(); }
  // Absolute.
  const std::string& path() const { return path_; }

  // When the directory, or the one above it, has been removed, both are made again: what was in them is gone. Not where
  // somebody else has put something in the place of the one above.
  Result<os::File> Create(uint64_t number);
  Result<os::File> OpenToRead(uint64_t number) const;
  Result<os::File> OpenToPunch(uint64_t number) const;
  void Remove(uint64_t number) const;
  // The numbers there are; none when that cannot be told.
  std::vector<uint64_t> List() const;

 private:
  Status MakeAgain();
  // Opens the directory, if it is not open.
  Status Find() const;
  Status FindFor(std::shared_lock<std::shared_mutex>* lock) const;

  Result<os::Directory> OpenParent() const { return os::Directory::OpenAgain(parent_, owner_); }

  std::string parent_, path_;  // absolute
  uid_t owner_ = 0;            // of the one above
  const std::string name_;
  os::UniqueFd lock_;
  mutable std::shared_mutex mutex_;  // of what follows
  mutable os::Directory directory_;  // not valid: it could not be opened yet
};

}  // namespace atollstore

#endif  // ATOLL_SPILL_SPILL_DIRECTORY_H_
