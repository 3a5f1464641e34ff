// Copying large values into shared memory.
#ifndef ATOLL_OS_COPY_H_
#define ATOLL_OS_COPY_H_

#include <cstdint>

namespace atollstore::os {

// Copies bytes that do not overlap. Any thread.
//
// From 1 MiB on by the CPU's string instruction where it is fast (ERMS), which writes whole cache lines
// without reading them first and leaves as much in the caches as there is room for.
// benchmarks/native/process/copies.cc compares it with cached and with non-temporal stores: the latter are as
// fast by themselves, but who reads the value next finds nothing of it in the caches.
void Copy(void* to, const void* from, uint64_t bytes);

}  // namespace atollstore::os

#endif  // ATOLL_OS_COPY_H_
