// Other processes: who they are and whether they live.
#ifndef ATOLL_OS_PROCESS_H_
#define ATOLL_OS_PROCESS_H_

#include <sys/types.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "os/unique_fd.h"
#include "result.h"

namespace atollstore::os {

// Clock ticks since boot when the process started, 0 when there is no such process or it cannot be told. Pid and start time
// together name a process for good.
uint64_t StartTime(pid_t pid);
// Whether there is a process of that number, dead ones that nobody has reaped among them.
bool Exists(pid_t pid);

// Starts this very program again with these arguments. The child has the descriptors `inherited` under their
// numbers, and no other but the standard ones; blocked signals stay blocked. The descriptor returned becomes
// readable when it ends.
Result<UniqueFd> SpawnSelf(const std::vector<std::string>& arguments, const std::vector<int>& inherited);
// No program this process starts gets the descriptor, unless it is named to SpawnSelf().
void CloseOnExec(int fd);
// Takes away what is left of a child that has ended. Returns its status as waitpid() does, -1 for no child of
// ours.
int Reap(int pidfd);
Status SendSignal(int pidfd, int signal);
// Blocks the signals and returns a descriptor that becomes readable when one of them has come.
Result<UniqueFd> CatchSignals(std::initializer_list<int> signals);

// A descriptor that becomes readable when the process ends. Never fooled by a reused pid, once opened.
Result<UniqueFd> OpenPidFd(pid_t pid);
constexpr char kPidFdSince[] = "5.3";
// What poll() has seen of such a descriptor. kLost: somebody has closed it who had no business with it; the number is
// nobody's, or another file's by now.
enum class Watched { kLives, kEnded, kLost };
Watched LookAt(int pidfd, short revents);

// Why a process of this user does not answer, as far as /proc tells: it is stopped, as by SIGSTOP or a
// debugger; it has no descriptor left.
bool IsStopped(pid_t pid);
// Whether it is there, and neither stopped nor dead.
bool CanRun(pid_t pid);
bool HasNoDescriptorLeft(pid_t pid);

}  // namespace atollstore::os

#endif  // ATOLL_OS_PROCESS_H_
