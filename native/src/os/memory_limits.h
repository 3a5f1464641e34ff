// How much memory may still be taken before somebody is killed for it.
#ifndef ATOLL_OS_MEMORY_LIMITS_H_
#define ATOLL_OS_MEMORY_LIMITS_H_

#include <cstdint>
#include <string>
#include <vector>

namespace atollstore::os {

// Reads MemAvailable and the memory cgroups (v1 and v2) of this process and of all above it. The paths are
// found once, so each question costs a few small reads.
class MemoryLimits {
 public:
  // The roots can be another directory in tests.
  explicit MemoryLimits(const std::string& proc = "/proc", const std::string& cgroup = "/sys/fs/cgroup");

  // Bytes that can be had now: the least of MemAvailable and limit minus usage of every cgroup (what a
  // cgroup uses for files that could be dropped counts as free).
  uint64_t Available() const;

 private:
  struct Group {
    std::string limit, usage, stat;
    const char* inactive;
  };
  void AddGroups(const std::string& root, const std::string& path, bool v2);
  std::string meminfo_;
  std::vector<Group> groups_;
};

}  // namespace atollstore::os

#endif  // ATOLL_OS_MEMORY_LIMITS_H_
