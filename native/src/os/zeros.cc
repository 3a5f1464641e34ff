#include "os/zeros.h"

#include <sys/mman.h>

namespace atollstore::os {

void* MapZeros(uint64_t bytes) {
  void* data =
      ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return data == MAP_FAILED ? nullptr : data;
}

void UnmapZeros(void* data, uint64_t bytes) { ::munmap(data, bytes); }

}  // namespace atollstore::os
