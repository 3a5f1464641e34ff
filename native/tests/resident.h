// How much memory a segment has.
#ifndef ATOLL_TESTS_RESIDENT_H_
#define ATOLL_TESTS_RESIDENT_H_

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <string>

namespace atollstore {

// Bytes of that segment of this process (atoll-data, atoll-control) that have memory behind them, as the OS
// counts.
inline uint64_t ResidentBytes(const char* segment) {
  uint64_t bytes = 0;
  DIR* fds = ::opendir("/proc/self/fd");
  while (const dirent* entry = ::readdir(fds)) {
    const std::string path = std::string("/proc/self/fd/") + entry->d_name;
    char name[256] = {};
    if (::readlink(path.c_str(), name, sizeof(name) - 1) <= 0) continue;
    struct stat about;
    // The server's descriptor and each client's are of the same file.
    if (std::strstr(name, (std::string("memfd:") + segment).c_str()) != nullptr &&
        ::stat(path.c_str(), &about) == 0)
      bytes = static_cast<uint64_t>(about.st_blocks) * 512;
  }
  ::closedir(fds);
  return bytes;
}

}  // namespace atollstore

#endif  // ATOLL_TESTS_RESIDENT_H_
