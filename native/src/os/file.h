// Files and directories on disk. Everything here may fail as disks do, and says how.
//
// Files are read and written past the page cache where their file system can: what goes to disk for want of
// memory must not take more of it. So all offsets, lengths and addresses are multiples of kBlockBytes.
#ifndef ATOLL_OS_FILE_H_
#define ATOLL_OS_FILE_H_

#include <sys/uio.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "result.h"
#include "os/unique_fd.h"

namespace atollstore::os {

constexpr uint64_t kBlockBytes = 4096;

constexpr uint64_t BlockFloor(uint64_t bytes) { return bytes / kBlockBytes * kBlockBytes; }
constexpr uint64_t BlockCeiling(uint64_t bytes) { return BlockFloor(bytes + kBlockBytes - 1); }

// Memory of this process that files can be read into and written from; null when there is none.
struct Freeing {
  void operator()(uint8_t* memory) const { std::free(memory); }
};
using BlockBuffer = std::unique_ptr<uint8_t[], Freeing>;
BlockBuffer MakeBlockBuffer(uint64_t bytes);

class File {
 public:
  // A new file of mode 0600 that was not there before.
  static Result<File> Create(const std::string& path);
  static Result<File> Open(const std::string& path);

  // All of the parts, one behind the other, from `offset` on. Consumes `parts`.
  Status Write(uint64_t offset, std::vector<iovec> parts);
  // Exactly `bytes`. Fails with ATOLL_CORRUPT when the file ends before that.
  Status Read(uint64_t offset, void* to, uint64_t bytes) const;
  // What was written is on the disk when this has succeeded.
  Status Sync();
  // Gives the whole blocks of a part back, which need be no multiple; the file keeps its length. Best effort.
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
