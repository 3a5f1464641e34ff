#include "os/directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "os/file.h"

namespace atollstore::os {
namespace {

// Whoever finds one of these has come upon something of another kind than what it was about to open.
bool IsOfAnotherKind(int error) {
  return error == ELOOP || error == ENOTDIR || error == EISDIR || error == ENXIO || error == EPERM;
}

Status OpenFailed(int directory, const char* name) {
  const int error = errno;
  const Status failed = SystemAt("openat", directory, name);
  if (error == ENOENT) return Status(ATOLL_NOT_FOUND);
  return IsOfAnotherKind(error) ? Status(ATOLL_REFUSED) : failed;
}

Status NotOurs(int directory, const char* name) {
  errno = EPERM;
  (void)SystemAt("not made by this user's store:", directory, name);
  return Status(ATOLL_REFUSED);
}

bool IsOwnDirectory(const struct stat& about) {
  return S_ISDIR(about.st_mode) && about.st_uid == ::geteuid() && (about.st_mode & 022) == 0;
}

bool IsOwnFile(const struct stat& about) {
  return S_ISREG(about.st_mode) && about.st_uid == ::geteuid() && about.st_nlink == 1;
}

}  // namespace

Result<Directory> Directory::Open(const char* path) {
  UniqueFd fd(::open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.valid()) return Directory(std::move(fd));
  const int error = errno;
  return Status::Error(ATOLL_SYSTEM, "open %s: %s (errno %d)", path, std::strerror(error), error);
}

Result<Directory> Directory::OpenAgain(const std::string& path, uid_t owner) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd.valid()) {
    const int error = errno;
    const atoll_code code = IsOfAnotherKind(error) ? ATOLL_REFUSED : ATOLL_SYSTEM;
    return Status::Error(code, "open %s: %s (errno %d)", path.c_str(), std::strerror(error), error);
  }
  Directory opened(std::move(fd));
  if (const uid_t now = opened.owner(); now != owner && now != ::geteuid())
    return Status::Error(ATOLL_REFUSED, "%s is a directory of uid %u, and was one of uid %u", path.c_str(), now, owner);
  return opened;
}

uid_t Directory::owner() const {
  struct stat about;
  return ::fstat(fd_.get(), &about) == 0 ? about.st_uid : ::geteuid();
}

Result<Directory> Directory::OpenOwn(const char* name) const {
  UniqueFd fd(::openat(fd_.get(), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd.valid()) {
    // Of another user, and closed to this one.
    if (errno == EACCES) return NotOurs(fd_.get(), name);
    return OpenFailed(fd_.get(), name);
  }
  struct stat about;
  if (::fstat(fd.get(), &about) != 0) return SystemAt("fstat", fd.get());
  if (!IsOwnDirectory(about)) return NotOurs(fd_.get(), name);
  return Directory(std::move(fd));
}

Result<Directory> Directory::MakeOwn(const char* name) const {
  if (::mkdirat(fd_.get(), name, 0700) != 0 && errno != EEXIST) {
    const int error = errno;
    const Status failed = SystemAt("mkdirat", fd_.get(), name);
    struct stat about;
    const bool removed = ::fstat(fd_.get(), &about) == 0 && about.st_nlink == 0;
    return error == ENOENT && removed ? Status(ATOLL_NOT_FOUND) : failed;  // some file systems take no directories
  }
  return OpenOwn(name);
}

Result<std::vector<std::string>> Directory::List() const {
  // A descriptor of its own: reading moves the place in the directory.
  UniqueFd fd(::openat(fd_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) return SystemAt("openat", fd_.get());
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::fdopendir(fd.get()), ::closedir);
  if (directory == nullptr) return SystemAt("fdopendir", fd_.get());
  (void)fd.release();
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(directory.get())) {
    if (std::strcmp(entry->d_name, ".") != 0 && std::strcmp(entry->d_name, "..") != 0) {
      names.emplace_back(entry->d_name);
    }
  }
  if (errno != 0) return SystemAt("readdir", fd_.get());
  return names;
}

bool Directory::Has(const char* name, int fd) const {
  struct stat there, open;
  return ::fstatat(fd_.get(), name, &there, AT_SYMLINK_NOFOLLOW) == 0 && ::fstat(fd, &open) == 0 &&
         there.st_dev == open.st_dev && there.st_ino == open.st_ino;
}

std::string Directory::KindOf(const char* name) const {
  struct stat about;
  if (::fstatat(fd_.get(), name, &about, AT_SYMLINK_NOFOLLOW) != 0) return "gone";
  const mode_t mode = about.st_mode;
  std::string kind = S_ISLNK(mode)    ? "a link"
                     : S_ISDIR(mode)  ? "a directory"
                     : S_ISFIFO(mode) ? "a FIFO"
                     : S_ISSOCK(mode) ? "a socket"
                     : !S_ISREG(mode) ? "a device"
                                      : "a file";
  if (about.st_uid != ::geteuid()) {
    kind += " of uid " + std::to_string(about.st_uid);
  } else if (S_ISDIR(mode) && (mode & 022) != 0) {
    kind += " that others may write";
  } else if (S_ISREG(mode) && about.st_nlink > 1) {
    kind += " with " + std::to_string(about.st_nlink) + " names";
  }
  return kind;
}

Result<UniqueFd> Directory::LockFile(const char* name, bool make) const {
  // Without waiting, should it be a FIFO.
  const int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | (make ? O_CREAT : 0);
  UniqueFd fd(::openat(fd_.get(), name, flags, 0600));
  if (!fd.valid()) return OpenFailed(fd_.get(), name);
  struct stat about;
  if (::fstat(fd.get(), &about) != 0) return SystemAt("fstat", fd.get());
  if (about.st_nlink == 0) return Status(ATOLL_NOT_FOUND);  // removed since it was opened
  if (!IsOwnFile(about)) return NotOurs(fd_.get(), name);
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return fd;
  const int error = errno;
  const Status failed = SystemAt("flock", fd_.get(), name);
  return error == EWOULDBLOCK ? Status(ATOLL_ALREADY_EXISTS) : failed;
}

Status Directory::RemoveFile(const char* name) const {
  struct stat about;
  if (::fstatat(fd_.get(), name, &about, AT_SYMLINK_NOFOLLOW) != 0) {
    return errno == ENOENT ? Status() : SystemAt("fstatat", fd_.get(), name);
  }
  if (!IsOwnFile(about)) return NotOurs(fd_.get(), name);
  return ::unlinkat(fd_.get(), name, 0) == 0 || errno == ENOENT ? Status()
                                                                : SystemAt("unlinkat", fd_.get(), name);
}

Status Directory::RemoveDirectory(const char* name) const {
  return ::unlinkat(fd_.get(), name, AT_REMOVEDIR) == 0 || errno == ENOENT
             ? Status()
             : SystemAt("unlinkat", fd_.get(), name);
}

Status Directory::RemoveSocket(const char* name) const {
  struct stat about;
  if (::fstatat(fd_.get(), name, &about, AT_SYMLINK_NOFOLLOW) != 0) {
    return errno == ENOENT ? Status() : SystemAt("fstatat", fd_.get(), name);
  }
  if (!S_ISSOCK(about.st_mode) || about.st_uid != ::geteuid()) return NotOurs(fd_.get(), name);
  return ::unlinkat(fd_.get(), name, 0) == 0 || errno == ENOENT ? Status()
                                                                : SystemAt("unlinkat", fd_.get(), name);
}

std::string RealPath(const std::string& path) {
  char real[PATH_MAX];
  return ::realpath(path.c_str(), real) != nullptr ? real : "";
}

Status MakeDirectory(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return {};
  const int error = errno;
  return Status::Error(ATOLL_SYSTEM, "mkdir %s: %s (errno %d)", path.c_str(), std::strerror(error), error);
}

}  // namespace atollstore::os
