// Files and directories on disk. Everything here may fail as disks do, and says how.
#ifndef ATOLL_OS_FILE_H_
#define ATOLL_OS_FILE_H_

#include <sys/uio.h>

#include <cstdint>
#include <string>
#include <vector>

#include "atoll/result.h"
#include "os/unique_fd.h"

namespace atollstore::os {

class File {
 public:
  // A new file of mode 0600 that was not there before.
  static Result<File> Create(const std::string& path);
  static Result<File> Open(const std::string& path);

  // All of the parts, one behind the other, from `offset` on. Consumes `parts`.
  Status Write(uint64_t offset, std::vector<iovec> parts);
  // Exactly `bytes`. Fails with ATOLL_CORRUPT when the file ends before that.
  Status Read(uint64_t offset, void* to, uint64_t bytes) const;
  // Has the disk begin with what was written to a part, without waiting for it. Best effort.
  void BeginWriteback(uint64_t offset, uint64_t bytes);
  // Has the disk begin to read a part ahead. Best effort.
  void ReadAhead(uint64_t offset, uint64_t bytes) const;
  // What was written is on the disk when this has succeeded.
  Status Sync();
  // Gives the space of a part back; the file keeps its length. Best effort.
  void Punch(uint64_t offset, uint64_t bytes);

  const UniqueFd& fd() const { return fd_; }

 private:
  explicit File(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

// A directory of mode 0700; one that exists already is fine.
Status MakeDirectory(const std::string& path);
// Names in it, without . and ..; empty when it cannot be read.
std::vector<std::string> ListDirectory(const std::string& path);
void RemoveFile(const std::string& path);
// With the files in it, but not with directories in it.
void RemoveDirectory(const std::string& path);

// A file that is locked as long as any copy of the descriptor lives, in whichever process: it tells the
// living owner of a directory from a dead one, and is not fooled by a reused pid. Fails with
// ATOLL_ALREADY_EXISTS when somebody else has it.
Result<UniqueFd> LockFile(const std::string& path);

}  // namespace atollstore::os

#endif  // ATOLL_OS_FILE_H_
