// The server's thread makes no call that may take longer than a slice: after each test of this program that is looked at,
// whatever the test was about. The calls of the library come here first (the linker's --wrap).
#include <fcntl.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cstdarg>
#include <cstdio>
#include <cstring>

#include "os/thread.h"
#include "slow_disk.h"

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

namespace atollstore {

std::atomic<uint32_t> slow_read_us{0}, slow_write_us{0};
std::atomic<uint64_t> reads_of_files{0};

namespace {

void TakeTimeToWrite(uint64_t bytes) {
  if (const uint32_t us = slow_write_us.load()) ::usleep(static_cast<useconds_t>(us * bytes >> 20));
}

std::atomic<uint64_t> calls_of_server{0};  // that may take long
char first_call[256];                      // written once, by the server's thread

bool OnServer() {
  char name[16] = "";
  return ::pthread_getname_np(::pthread_self(), name, sizeof(name)) == 0 && std::strcmp(name, "atoll-server") == 0;
}

// `what`: the file, if it has a name.
void Note(const char* call, const char* what = "") {
  // What the kernel tells of processes is not on a disk.
  if (std::strncmp(what, "/proc/", 6) == 0 || !OnServer()) return;
  if (calls_of_server.fetch_add(1) == 0) std::snprintf(first_call, sizeof(first_call), "%s(%s)", call, what);
}

class NoLongCalls : public ::testing::Environment {
 public:
  void TearDown() override {
    EXPECT_EQ(calls_of_server.load(), 0u) << "the server's thread called " << first_call;
  }
};
const auto* const environment = ::testing::AddGlobalTestEnvironment(new NoLongCalls);

}  // namespace

// Else the looks above would see nothing.
TEST(LongCalls, AreSeen) {
  os::Thread server;
  ASSERT_TRUE(server.Start("atoll-server", [](void*) { (void)::unlink("/tmp/atoll-test-no-such-file"); }, nullptr).ok());
  server.Join();
  EXPECT_EQ(calls_of_server.exchange(0), 1u);
  EXPECT_STREQ(first_call, "unlink(/tmp/atoll-test-no-such-file)");
}

extern "C" {

int __real_open(const char* path, int flags, ...);
int __wrap_open(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0;
  va_end(more);
  Note("open", path);
  return __real_open(path, flags, mode);
}

int __real_openat(int directory, const char* path, int flags, ...);
int __wrap_openat(int directory, const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0;
  va_end(more);
  Note("openat", path);
  return __real_openat(directory, path, flags, mode);
}

int __real_unlink(const char* path);
int __wrap_unlink(const char* path) {
  Note("unlink", path);
  return __real_unlink(path);
}

int __real_unlinkat(int directory, const char* path, int flags);
int __wrap_unlinkat(int directory, const char* path, int flags) {
  Note("unlinkat", path);
  return __real_unlinkat(directory, path, flags);
}

int __real_fsync(int fd);
int __wrap_fsync(int fd) {
  Note("fsync");
  return __real_fsync(fd);
}

int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd) {
  Note("fdatasync");
  return __real_fdatasync(fd);
}

int __real_fallocate(int fd, int mode, off_t offset, off_t length);
int __wrap_fallocate(int fd, int mode, off_t offset, off_t length) {
  Note("fallocate");
  return __real_fallocate(fd, mode, offset, length);
}

int __real_ftruncate(int fd, off_t length);
int __wrap_ftruncate(int fd, off_t length) {
  Note("ftruncate");
  return __real_ftruncate(fd, length);
}

ssize_t __real_pread(int fd, void* bytes, size_t count, off_t offset);
ssize_t __wrap_pread(int fd, void* bytes, size_t count, off_t offset) {
  Note("pread");
  reads_of_files.fetch_add(1);
  if (const uint32_t us = slow_read_us.load()) ::usleep(us);
  return __real_pread(fd, bytes, count, offset);
}

ssize_t __real_pwrite(int fd, const void* bytes, size_t count, off_t offset);
ssize_t __wrap_pwrite(int fd, const void* bytes, size_t count, off_t offset) {
  Note("pwrite");
  TakeTimeToWrite(count);
  return __real_pwrite(fd, bytes, count, offset);
}

ssize_t __real_pwritev(int fd, const iovec* parts, int count, off_t offset);
ssize_t __wrap_pwritev(int fd, const iovec* parts, int count, off_t offset) {
  Note("pwritev");
  uint64_t bytes = 0;
  for (int i = 0; i < count; ++i) bytes += parts[i].iov_len;
  TakeTimeToWrite(bytes);
  return __real_pwritev(fd, parts, count, offset);
}

int __real_madvise(void* address, size_t length, int advice);
int __wrap_madvise(void* address, size_t length, int advice) {
  if (advice == MADV_COLLAPSE) Note("madvise(MADV_COLLAPSE)");
  return __real_madvise(address, length, advice);
}

}  // extern "C"

}  // namespace atollstore
