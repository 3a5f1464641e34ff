// Files on disk. Everything here may fail as disks do, and says how: which call, of which file, with what
// errno.
//
// Files are read and written past the page cache where their file system can: what goes to disk for want of
// memory must not take more of it. So all offsets, lengths and addresses are multiples of kBlockBytes.
#ifndef ATOLL_OS_FILE_H_
#define ATOLL_OS_FILE_H_

#include <signal.h>
#include <sys/uio.h>

#include <cstdint>
#include <cstdlib>
#include <memory>

#include "os/unique_fd.h"
#include "result.h"

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

// ATOLL_SYSTEM with the call, errno, and the path of what is open as `fd`; `name`, if given, is below that.
Status SystemAt(const char* call, int fd, const char* name = nullptr);

// While it lives, what would make a file larger than RLIMIT_FSIZE is an EFBIG for this thread, and no SIGXFSZ
// that ends the process.
class NoFileSizeSignal {
 public:
  NoFileSizeSignal();
  ~NoFileSizeSignal();
  NoFileSizeSignal(const NoFileSizeSignal&) = delete;
  NoFileSizeSignal& operator=(const NoFileSizeSignal&) = delete;

 private:
  sigset_t before_;
};

class File {
 public:
  // `name` in the open directory: a new file of mode 0600, one to read, or one to punch. What is not there is
  // ATOLL_NOT_FOUND, what is there already ATOLL_ALREADY_EXISTS, a link or what is no ordinary file of this
  // user ATOLL_REFUSED, and a want of descriptors or memory ATOLL_OUT_OF_MEMORY. LastError() has the rest of
  // it.
  static Result<File> Create(int directory, const char* name);
  static Result<File> OpenToRead(int directory, const char* name);
  static Result<File> OpenToPunch(int directory, const char* name);

  // Up to two parts, one behind the other, from `offset` on.
  Status Write(uint64_t offset, iovec first, iovec second = {});
  // Exactly `bytes`. Fails with ATOLL_CORRUPT when the file ends before that.
  Status Read(uint64_t offset, void* to, uint64_t bytes) const;
  // What was written is on the disk when this has succeeded.
  Status Sync();
  // Gives the whole blocks of a part back, which need be no multiple; the file keeps its length. Best effort.
  void Punch(uint64_t offset, uint64_t bytes);

 private:
  explicit File(UniqueFd fd) : fd_(std::move(fd)) {}
  static Result<File> Open(int directory, const char* name, int flags);
  UniqueFd fd_;
};

}  // namespace atollstore::os

#endif  // ATOLL_OS_FILE_H_
