// Makes one call of the OS fail: the program is linked with --wrap for each of these functions, so the
// store's os/ calls come by here. Nothing of it is in any other build.
#ifndef ATOLL_TORTURE_FAULT_INJECTION_H_
#define ATOLL_TORTURE_FAULT_INJECTION_H_

#include <atomic>
#include <cstdint>

namespace atollstore::torture {

enum Faulty { kOpen, kRead, kWrite, kFsync, kFallocate, kMmap, kMemfd, kFtruncate, kFaulties };
extern const char* const kFaultyNames[kFaulties];

struct Injection {
  std::atomic<uint64_t> calls[kFaulties];  // so far
  int function = -1;                       // which shall fail; -1: none
  uint64_t number = 0;                     // the how manyth of its calls, from 1 on
  int error = 0;                           // errno it fails with
  std::atomic<bool> done;                  // it has failed
};
extern Injection injection;

}  // namespace atollstore::torture

#endif  // ATOLL_TORTURE_FAULT_INJECTION_H_
