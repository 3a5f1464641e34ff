#include "os/unique_fd.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <bit>
#include <cerrno>
#include <cstdio>

namespace atollstore::os {
namespace {

// A bit for each number; those beyond are not known. Memory stands behind it only where there are such
// numbers.
constexpr int kMost = 1 << 20;
std::atomic<uint64_t> owned[kMost / 64];

uint32_t FileOf(const struct stat& about) {
  const uint64_t both = static_cast<uint64_t>(about.st_ino) * 31 + static_cast<uint64_t>(about.st_dev);
  const auto file = static_cast<uint32_t>(both ^ both >> 32);
  return file == 0 ? 1 : file;
}

}  // namespace

bool Fd::ours() const {
  if (number < 0) return false;
  struct stat about;
  if (::fstat(number, &about) != 0) return errno != EBADF;
  return file == 0 || file == FileOf(about);
}

Fd NoteOwned(int fd) {
  if (fd < 0) return {};
  if (fd < kMost) owned[fd / 64].fetch_or(uint64_t{1} << (fd % 64), std::memory_order_relaxed);
  struct stat about;
  return {fd, ::fstat(fd, &about) == 0 ? FileOf(about) : 0};
}

void CloseOwned(const Fd& fd) {
  const bool ours = fd.ours();
  ForgetOwned(fd.number);  // before it is closed: then another thread may get the number
  if (ours) {
    ::close(fd.number);
    return;
  }
  std::fprintf(stderr, "atoll: descriptor %d of process %d was closed by somebody else in it\n", fd.number, ::getpid());
}

bool UniqueFd::Replace(UniqueFd other) {
  if (::dup3(other.get(), get(), O_CLOEXEC) < 0) return false;
  fd_.file = other.fd_.file;
  return true;
}

void ForgetOwned(int fd) {
  if (fd < 0 || fd >= kMost) return;
  owned[fd / 64].fetch_and(~(uint64_t{1} << (fd % 64)), std::memory_order_relaxed);
}

void CloseOwnedDescriptors() {
  for (int word = 0; word < kMost / 64; ++word) {
    if (owned[word].load(std::memory_order_relaxed) == 0) continue;  // a write would give it memory
    for (uint64_t bits = owned[word].exchange(0, std::memory_order_relaxed); bits != 0; bits &= bits - 1)
      ::close(word * 64 + std::countr_zero(bits));
  }
}

int OwnedDescriptors() {
  int count = 0;
  for (const auto& word : owned) count += std::popcount(word.load(std::memory_order_relaxed));
  return count;
}

}  // namespace atollstore::os
