// Mappings in a build with ThreadSanitizer: all of one segment in this process are the same one, and
// writable. It tells memory apart by its address, and only so sees the threads of several clients, and of the
// server, meet.
#ifdef __SANITIZE_THREAD__
#include <sys/mman.h>
#include <sys/stat.h>

#include <map>
#include <mutex>
#include <utility>

#include "os/shared_memory.h"

namespace atollstore::os {
namespace {

struct Whole {
  void* data;
  uint64_t size;
  int users;
};
std::mutex mutex;
std::map<std::pair<dev_t, ino_t>, Whole> wholes;  // by the segment's inode

}  // namespace

Result<Mapping> Mapping::Map(const SharedMemory& memory, Access) {
  struct stat about;
  if (::fstat(memory.fd(), &about) != 0) return Status::System("fstat");
  std::lock_guard lock(mutex);
  Whole& whole = wholes[{about.st_dev, about.st_ino}];
  if (whole.users == 0) {
    void* data = ::mmap(nullptr, memory.size(), PROT_READ | PROT_WRITE, MAP_SHARED, memory.fd(), 0);
    if (data == MAP_FAILED) return Status::System("mmap");
    whole = {data, memory.size(), 0};
  }
  ++whole.users;
  return Mapping(whole.data, whole.size);
}

Result<Mapping> Mapping::SetAside(const SharedMemory& memory) { return Map(memory, Access::kReadWrite); }

Mapping::~Mapping() {
  if (data_ == nullptr) return;
  std::lock_guard lock(mutex);
  for (auto at = wholes.begin(); at != wholes.end(); ++at) {
    if (at->second.data != data_) continue;
    if (--at->second.users == 0) {
      ::munmap(data_, size_);
      wholes.erase(at);
    }
    return;
  }
}

Status Mapping::MapPart(const SharedMemory&, uint64_t, uint64_t) { return {}; }
Status Mapping::UnmapPart(uint64_t, uint64_t) { return {}; }
Status Mapping::Protect(uint64_t, uint64_t, Access) { return {}; }

}  // namespace atollstore::os
#endif
