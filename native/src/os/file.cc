#include "os/file.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace atollstore::os {

BlockBuffer MakeBlockBuffer(uint64_t bytes) {
  return BlockBuffer(static_cast<uint8_t*>(std::aligned_alloc(kBlockBytes, BlockCeiling(bytes))));
}

Status SystemAt(const char* call, int fd, const char* name) {
  constexpr size_t kShown = 160;  // of a path, its end
  const int error = errno;
  char link[32], path[PATH_MAX + 32], text[96];
  std::snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
  const ssize_t length = ::readlink(link, path, PATH_MAX);
  size_t end = length > 0 ? static_cast<size_t>(length)
                          : static_cast<size_t>(std::snprintf(path, sizeof(path), "%s", link));
  path[end] = 0;
  if (name != nullptr)
    end += static_cast<size_t>(std::snprintf(path + end, sizeof(path) - end, "/%.30s", name));
  const char* shown = end > kShown ? path + end - kShown : path;
  return Status::Error(ATOLL_SYSTEM, "%s %s%s: %s (errno %d)", call, shown == path ? "" : "...", shown,
                       strerror_r(error, text, sizeof(text)), error);
}

NoFileSizeSignal::NoFileSizeSignal() {
  sigset_t blocked;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGXFSZ);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before_);
}

NoFileSizeSignal::~NoFileSizeSignal() {
  const int error = errno;
  if (::sigismember(&before_, SIGXFSZ) == 0) {
    // The kernel has sent it to this thread, where it would be delivered now.
    sigset_t blocked;
    ::sigemptyset(&blocked);
    ::sigaddset(&blocked, SIGXFSZ);
    const timespec now{};
    (void)::sigtimedwait(&blocked, nullptr, &now);
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  errno = error;
}

Result<File> File::Open(int directory, const char* name, int flags) {
  // Without waiting, should it be a FIFO.
  flags |= O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  UniqueFd fd(::openat(directory, name, flags | O_DIRECT, 0600));
  // A file system that cannot may have made the file all the same.
  if (!fd.valid() && errno == EINVAL) fd = UniqueFd(::openat(directory, name, flags & ~O_EXCL, 0600));
  if (!fd.valid()) {
    const int error = errno;
    const Status failed = SystemAt("openat", directory, name);
    if (error == ENOENT) return Status(ATOLL_NOT_FOUND);
    if (error == EEXIST) return Status(ATOLL_ALREADY_EXISTS);
    if (error == EMFILE || error == ENFILE || error == ENOMEM) return Status(ATOLL_OUT_OF_MEMORY);
    return error == ELOOP || error == EISDIR || error == ENXIO ? Status(ATOLL_REFUSED) : failed;
  }
  struct stat about;
  if (::fstat(fd.get(), &about) != 0) return SystemAt("fstat", fd.get());
  // Nobody else's file is changed by way of a second name.
  const bool shared = (flags & O_ACCMODE) != O_RDONLY && about.st_nlink > 1;
  if (!S_ISREG(about.st_mode) || about.st_uid != ::geteuid() || shared) {
    errno = EPERM;
    (void)SystemAt("no file of this user alone:", directory, name);
    return Status(ATOLL_REFUSED);
  }
  return File(std::move(fd));
}

Result<File> File::Create(int directory, const char* name) {
  return Open(directory, name, O_RDWR | O_CREAT | O_EXCL);
}

Result<File> File::OpenToRead(int directory, const char* name) { return Open(directory, name, O_RDONLY); }

Result<File> File::OpenToPunch(int directory, const char* name) { return Open(directory, name, O_RDWR); }

Status File::Write(uint64_t offset, iovec first, iovec second) {
  const NoFileSizeSignal quiet;
  iovec parts[] = {first, second};
  while (parts[0].iov_len + parts[1].iov_len != 0) {
    const int done = parts[0].iov_len == 0 ? 1 : 0, last = parts[1].iov_len == 0 ? 1 : 2;
    const ssize_t written = ::pwritev(fd_.get(), parts + done, last - done, static_cast<off_t>(offset));
    if (written < 0) {
      if (errno == EINTR) continue;
      return SystemAt("pwritev", fd_.get());
    }
    if (written == 0) {
      errno = ENOSPC;
      return SystemAt("pwritev", fd_.get());
    }
    offset += static_cast<uint64_t>(written);
    auto left = static_cast<size_t>(written);
    for (iovec& part : parts) {
      const size_t taken = std::min(left, part.iov_len);
      part.iov_base = static_cast<uint8_t*>(part.iov_base) + taken;
      part.iov_len -= taken;
      left -= taken;
    }
  }
  return {};
}

Status File::Read(uint64_t offset, void* to, uint64_t bytes) const {
  for (uint64_t done = 0; done < bytes;) {
    const ssize_t got =
        ::pread(fd_.get(), static_cast<uint8_t*>(to) + done, bytes - done, static_cast<off_t>(offset + done));
    if (got < 0) {
      if (errno == EINTR) continue;
      return SystemAt("pread", fd_.get());
    }
    if (got == 0) {
      return Status::Error(ATOLL_CORRUPT, "the file ends at %lu, %lu bytes at %lu asked", offset + done,
                           bytes, offset);
    }
    done += static_cast<uint64_t>(got);
  }
  return {};
}

Status File::Sync() { return ::fdatasync(fd_.get()) == 0 ? Status() : SystemAt("fdatasync", fd_.get()); }

void File::Punch(uint64_t offset, uint64_t bytes) {
  const uint64_t begin = BlockCeiling(offset), end = BlockFloor(offset + bytes);
  if (begin >= end) return;
  (void)::fallocate(fd_.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(begin),
                    static_cast<off_t>(end - begin));
}

}  // namespace atollstore::os
