#include "fault_injection.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>

namespace atollstore::torture {

const char* const kFaultyNames[kFaulties] = {"open",      "pread", "write",        "fsync",
                                             "fallocate", "mmap",  "memfd_create", "ftruncate"};
Injection injection;

namespace {
// Counts the call. True: it is the one that shall fail, and errno says how.
bool Fails(Faulty function) {
  const uint64_t number = injection.calls[function].fetch_add(1) + 1;
  if (injection.function != function || number != injection.number) return false;
  injection.done.store(true);
  errno = injection.error;
  return true;
}

// A write to an eventfd or a socket has no disk that could be full.
bool OnDisk(int fd) {
  struct stat about;
  return ::fstat(fd, &about) == 0 && S_ISREG(about.st_mode);
}
}  // namespace

extern "C" {

int __real_open(const char* path, int flags, ...);
int __wrap_open(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0;
  va_end(more);
  return Fails(kOpen) ? -1 : __real_open(path, flags, mode);
}

int __real_openat(int directory, const char* path, int flags, ...);
int __wrap_openat(int directory, const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0;
  va_end(more);
  return Fails(kOpen) ? -1 : __real_openat(directory, path, flags, mode);
}

ssize_t __real_pread(int fd, void* bytes, size_t count, off_t offset);
ssize_t __wrap_pread(int fd, void* bytes, size_t count, off_t offset) {
  return Fails(kRead) ? -1 : __real_pread(fd, bytes, count, offset);
}

ssize_t __real_write(int fd, const void* bytes, size_t count);
ssize_t __wrap_write(int fd, const void* bytes, size_t count) {
  return OnDisk(fd) && Fails(kWrite) ? -1 : __real_write(fd, bytes, count);
}

ssize_t __real_pwrite(int fd, const void* bytes, size_t count, off_t offset);
ssize_t __wrap_pwrite(int fd, const void* bytes, size_t count, off_t offset) {
  return Fails(kWrite) ? -1 : __real_pwrite(fd, bytes, count, offset);
}

ssize_t __real_pwritev(int fd, const iovec* parts, int count, off_t offset);
ssize_t __wrap_pwritev(int fd, const iovec* parts, int count, off_t offset) {
  return Fails(kWrite) ? -1 : __real_pwritev(fd, parts, count, offset);
}

int __real_fsync(int fd);
int __wrap_fsync(int fd) { return Fails(kFsync) ? -1 : __real_fsync(fd); }

int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd) { return Fails(kFsync) ? -1 : __real_fdatasync(fd); }

int __real_fallocate(int fd, int mode, off_t offset, off_t length);
int __wrap_fallocate(int fd, int mode, off_t offset, off_t length) {
  return Fails(kFallocate) ? -1 : __real_fallocate(fd, mode, offset, length);
}

void* __real_mmap(void* address, size_t length, int protection, int flags, int fd, off_t offset);
void* __wrap_mmap(void* address, size_t length, int protection, int flags, int fd, off_t offset) {
  return Fails(kMmap) ? MAP_FAILED : __real_mmap(address, length, protection, flags, fd, offset);
}

int __real_memfd_create(const char* name, unsigned flags);
int __wrap_memfd_create(const char* name, unsigned flags) {
  return Fails(kMemfd) ? -1 : __real_memfd_create(name, flags);
}

int __real_ftruncate(int fd, off_t length);
int __wrap_ftruncate(int fd, off_t length) { return Fails(kFtruncate) ? -1 : __real_ftruncate(fd, length); }

}  // extern "C"

}  // namespace atollstore::torture
