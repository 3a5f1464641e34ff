// Other processes: who they are and whether they live.
#ifndef ATOLL_OS_PROCESS_H_
#define ATOLL_OS_PROCESS_H_

#include <sys/types.h>

#include <cstdint>

#include "atoll/result.h"
#include "os/unique_fd.h"

namespace atollstore::os {

// Clock ticks since boot when the process started, 0 when there is no such process. Pid and start time
// together name a process for good.
uint64_t StartTime(pid_t pid);

// A descriptor that becomes readable when the process ends. Never fooled by a reused pid, once opened.
Result<UniqueFd> OpenPidFd(pid_t pid);

}  // namespace atollstore::os

#endif  // ATOLL_OS_PROCESS_H_
