// Starting a program from a process of many threads and much memory. Any thread.
#ifndef ATOLL_OS_SPAWN_H_
#define ATOLL_OS_SPAWN_H_

#include <sys/types.h>

#include <cstdint>

#include "result.h"
#include "os/unique_fd.h"

namespace atollstore::os {

struct Child {
  pid_t pid;
  UniqueFd in;   // writes to its standard input; all three are close-on-exec
  UniqueFd out;  // reads its standard output
  UniqueFd err;
};

// Starts argv[0], a path; environment null is this process's. The child has pipes for 0, 1 and 2, `inherited`
// as ATOLL_CHILD_CONNECTION and no other descriptor; no signal is blocked, and none has a handler (those that
// are ignored here stay so). It leads a process group of its own. Nothing of this process's memory is copied: the calling thread stands still
// until the program runs. What keeps it from running is the status.
Result<Child> Spawn(const char* const* argv, const char* const* environment, UniqueFd inherited);

// Waits for the end of a child, which keeps its pid.
Status AwaitChild(uint64_t pid);
// Waits for the same and takes away what is left of it: also what it has started and what has not left its
// process group, by SIGKILL. Returns its exit status, or 256 and the signal that ended it.
Result<int> ReapChild(uint64_t pid);

// Closes all descriptors from `first` on, as kernels before 5.9 make it necessary. Async-signal-safe.
bool CloseOneByOne(int first);

}  // namespace atollstore::os

#endif  // ATOLL_OS_SPAWN_H_
