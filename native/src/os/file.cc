#include "os/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace atollstore::os {

namespace {
UniqueFd OpenDirectly(const std::string& path, int flags) {
  flags |= O_RDWR | O_CLOEXEC | O_NOFOLLOW;
  const int fd = ::open(path.c_str(), flags | O_DIRECT, 0600);
  if (fd >= 0 || errno != EINVAL) return UniqueFd(fd);
  // The file system cannot; it may have made the file all the same.
  return UniqueFd(::open(path.c_str(), flags & ~O_EXCL, 0600));
}
}  // namespace

BlockBuffer MakeBlockBuffer(uint64_t bytes) {
  return BlockBuffer(static_cast<uint8_t*>(std::aligned_alloc(kBlockBytes, BlockCeiling(bytes))));
}

Result<File> File::Create(const std::string& path) {
  UniqueFd fd = OpenDirectly(path, O_CREAT | O_EXCL);
  if (!fd.valid()) return Status::System("open");
  return File(std::move(fd));
}

Result<File> File::Open(const std::string& path) {
  UniqueFd fd = OpenDirectly(path, 0);
  if (!fd.valid()) return Status::System("open");
  return File(std::move(fd));
}

Status File::Write(uint64_t offset, std::vector<iovec> parts) {
  for (size_t at = 0; at < parts.size();) {
    const int count = static_cast<int>(std::min<size_t>(parts.size() - at, IOV_MAX));
    const ssize_t written = ::pwritev(fd_.get(), &parts[at], count, static_cast<off_t>(offset));
    if (written < 0) {
      if (errno == EINTR) continue;
      return Status::System("pwritev");
    }
    offset += static_cast<uint64_t>(written);
    auto left = static_cast<size_t>(written);
    while (at < parts.size() && left >= parts[at].iov_len) left -= parts[at++].iov_len;
    if (left != 0) {
      parts[at].iov_base = static_cast<uint8_t*>(parts[at].iov_base) + left;
      parts[at].iov_len -= left;
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
      return Status::System("pread");
    }
    if (got == 0) {
      return Status::Error(ATOLL_CORRUPT, "the file ends at %lu, %lu bytes at %lu asked", offset + done,
                           bytes, offset);
    }
    done += static_cast<uint64_t>(got);
  }
  return {};
}

Status File::Sync() { return ::fdatasync(fd_.get()) == 0 ? Status() : Status::System("fdatasync"); }

void File::Punch(uint64_t offset, uint64_t bytes) {
  const uint64_t begin = BlockCeiling(offset), end = BlockFloor(offset + bytes);
  if (begin >= end) return;
  (void)::fallocate(fd_.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(begin),
                    static_cast<off_t>(end - begin));
}

Status MakeDirectory(const std::string& path) {
  return ::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST ? Status() : Status::System("mkdir");
}

std::vector<std::string> ListDirectory(const std::string& path) {
  std::vector<std::string> names;
  DIR* directory = ::opendir(path.c_str());
  if (directory == nullptr) return names;
  while (const dirent* entry = ::readdir(directory)) {
    if (std::strcmp(entry->d_name, ".") != 0 && std::strcmp(entry->d_name, "..") != 0) {
      names.emplace_back(entry->d_name);
    }
  }
  ::closedir(directory);
  return names;
}

void RemoveFile(const std::string& path) { (void)::unlink(path.c_str()); }

void RemoveDirectory(const std::string& path) {
  for (const std::string& name : ListDirectory(path)) RemoveFile(path + "/" + name);
  (void)::rmdir(path.c_str());
}

Result<UniqueFd> LockFile(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd.valid()) return Status::System("open");
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return Status::Error(ATOLL_ALREADY_EXISTS, "%s is locked", path.c_str());
    return Status::System("flock");
  }
  return fd;
}

}  // namespace atollstore::os
