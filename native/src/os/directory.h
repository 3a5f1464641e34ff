// Directories of which every name is taken below an open descriptor. What is opened, locked or removed in
// them must be what this process would have made: no link, this user's, closed to everybody else. Anything
// else of that name was put there by somebody, and is left as it is: ATOLL_REFUSED. What is not there is
// ATOLL_NOT_FOUND. LastError() has call, path and errno of either.
#ifndef ATOLL_OS_DIRECTORY_H_
#define ATOLL_OS_DIRECTORY_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "os/unique_fd.h"
#include "result.h"

namespace atollstore::os {

class Directory {
 public:
  // Invalid.
  Directory() = default;
  // One that the user has named: links on the way to it are the user's own business. ATOLL_SYSTEM when it
  // cannot be opened.
  static Result<Directory> Open(const char* path);
  static Result<Directory> Open(const std::string& path) { return Open(path.c_str()); }
  // The same later, by its RealPath(): it may be another one by now, but `owner`'s or this user's, and no link.
  static Result<Directory> OpenAgain(const std::string& path, uid_t owner);
  // Ours, below this one.
  Result<Directory> OpenOwn(const char* name) const;
  // The same; made with mode 0700 before, if nothing is there.
  Result<Directory> MakeOwn(const char* name) const;

  bool valid() const { return fd_.valid(); }
  int fd() const { return fd_.get(); }
  // Whose it is; this user's when that cannot be told.
  uid_t owner() const;
  // Names in it, without . and ...
  Result<std::vector<std::string>> List() const;
  // Whether that name in this directory still is what is open as `fd`.
  bool Has(const char* name, int fd) const;
  // What there is of that name, for people: "a link", "a directory of uid 1000".
  std::string KindOf(const char* name) const;

  // A file of ours that stays locked as long as any copy of the descriptor lives, in whichever process: so
  // the living owner of a directory is told from a dead one, and a reused pid fools nobody.
  // ATOLL_ALREADY_EXISTS when somebody else has it.
  Result<UniqueFd> LockFile(const char* name, bool make) const;

  // An ordinary file of ours without a second name; NOT_FOUND is fine.
  Status RemoveFile(const char* name) const;
  // An empty directory. ATOLL_SYSTEM when something is in it.
  Status RemoveDirectory(const char* name) const;
  // A socket of ours.
  Status RemoveSocket(const char* name) const;

 private:
  explicit Directory(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

// The absolute path without links of what is there; "" when that cannot be told.
std::string RealPath(const std::string& path);
// One directory of mode 0700 at the end of the path; one that is there is fine.
Status MakeDirectory(const std::string& path);

}  // namespace atollstore::os

#endif  // ATOLL_OS_DIRECTORY_H_
