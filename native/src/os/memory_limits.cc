#include "os/memory_limits.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "os/unique_fd.h"

namespace atollstore::os {
namespace {

// The beginning of a small file; empty when there is none.
std::string Read(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return {};
  char text[8192];
  std::string all;
  ssize_t length;
  while (all.size() < 65536 && (length = ::read(fd.get(), text, sizeof(text))) > 0) {
    all.append(text, static_cast<size_t>(length));
  }
  return all;
}

// The number after `key` at the start of a line, or `otherwise`.
uint64_t Field(const std::string& text, const char* key, uint64_t otherwise) {
  const size_t length = std::strlen(key);
  for (size_t at = 0; at != std::string::npos && at < text.size();) {
    if (text.compare(at, length, key) == 0) return std::strtoull(text.c_str() + at + length, nullptr, 10);
    at = text.find('\n', at);
    if (at != std::string::npos) ++at;
  }
  return otherwise;
}

}  // namespace

MemoryLimits::MemoryLimits(const std::string& proc, const std::string& cgroup) : meminfo_(proc + "/meminfo") {
  // Lines are "number:controllers:path"; the v2 line has number 0 and no controllers.
  const std::string text = Read(proc + "/self/cgroup");
  for (size_t at = 0; at < text.size();) {
    size_t end = text.find('\n', at);
    if (end == std::string::npos) end = text.size();
    const std::string line = text.substr(at, end - at);
    at = end + 1;
    const size_t first = line.find(':');
    const size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    const std::string path = line.substr(second + 1);
    if (controllers == ",,") {
      AddGroups(cgroup, path, true);
      AddGroups(cgroup + "/unified", path, true);
    } else if (controllers.find(",memory,") != std::string::npos) {
      AddGroups(cgroup + "/memory", path, false);
    }
  }
}

void MemoryLimits::AddGroups(const std::string& root, const std::string& path, bool v2) {
  std::string inner = path == "/" ? "" : path;
  while (true) {
    const std::string group = root + inner + "/";
    const std::string limit = group + (v2 ? "memory.max" : "memory.limit_in_bytes");
    if (::access(limit.c_str(), R_OK) == 0) {
      groups_.push_back({limit, group + (v2 ? "memory.current" : "memory.usage_in_bytes"),
                         group + "memory.stat", v2 ? "inactive_file " : "total_inactive_file "});
    }
    const size_t slash = inner.rfind('/');
    if (inner.empty() || slash == std::string::npos) return;
    inner.resize(slash);
  }
}

uint64_t MemoryLimits::Available() const {
  uint64_t available = UINT64_MAX;
  const std::string meminfo = Read(meminfo_);
  const uint64_t kilobytes = Field(meminfo, "MemAvailable:", UINT64_MAX);
  if (kilobytes != UINT64_MAX) available = kilobytes * 1024;
  for (const Group& group : groups_) {
    const std::string limit_text = Read(group.limit);
    if (limit_text.empty() || limit_text[0] == 'm') continue;  // "max"
    const uint64_t limit = std::strtoull(limit_text.c_str(), nullptr, 10);
    if (limit > uint64_t{1} << 60) continue;  // how v1 says "no limit"
    const uint64_t usage = std::strtoull(Read(group.usage).c_str(), nullptr, 10);
    const uint64_t droppable = Field(Read(group.stat), group.inactive, 0);
    const uint64_t used = usage - std::min(usage, droppable);
    available = std::min(available, limit - std::min(limit, used));
  }
  return available;
}

}  // namespace atollstore::os
