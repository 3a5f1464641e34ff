#include "os/process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

namespace atollstore::os {

uint64_t StartTime(pid_t pid) {
  char path[32];
  std::snprintf(path, sizeof(path), "/proc/%d/stat", pid);
  UniqueFd fd(::open(path, O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return 0;
  char text[1024];
  const ssize_t length = ::read(fd.get(), text, sizeof(text) - 1);
  if (length <= 0) return 0;
  text[length] = '\0';
  // Field 22; the second field is the name in parentheses and may hold anything, so count from its end.
  const char* at = std::strrchr(text, ')');
  for (int field = 2; at != nullptr && field < 22; ++field) at = std::strchr(at + 1, ' ');
  return at == nullptr ? 0 : std::strtoull(at + 1, nullptr, 10);
}

Result<UniqueFd> SpawnSelf(const std::vector<std::string>& arguments, const std::vector<int>& inherited) {
  constexpr const char* kSelf = "/proc/self/exe";
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  if (::posix_spawn_file_actions_init(&actions) != 0) return Status::System("posix_spawn");
  // Onto itself: that takes close-on-exec away.
  for (const int fd : inherited) ::posix_spawn_file_actions_adddup2(&actions, fd, fd);
  pid_t pid = -1;
  const int failed = ::posix_spawn(&pid, kSelf, &actions, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) {
    errno = failed;
    return Status::System("posix_spawn");
  }
  return OpenPidFd(pid);  // nobody else reaps it: the pid is not another's yet
}

void CloseOnExec(int fd) { (void)::fcntl(fd, F_SETFD, FD_CLOEXEC); }

int Reap(int pidfd) {
  siginfo_t info{};
  if (::waitid(static_cast<idtype_t>(P_PIDFD), static_cast<id_t>(pidfd), &info, WEXITED | WNOHANG) != 0 ||
      info.si_pid == 0) {
    return -1;
  }
  return info.si_code == CLD_EXITED ? W_EXITCODE(info.si_status, 0) : W_EXITCODE(0, info.si_status);
}

Status SendSignal(int pidfd, int signal) {
  return ::syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0) == 0
             ? Status()
             : Status::System("pidfd_send_signal");
}

Result<UniqueFd> CatchSignals(std::initializer_list<int> signals) {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : signals) sigaddset(&set, signal);
  if (::pthread_sigmask(SIG_BLOCK, &set, nullptr) != 0) return Status::System("pthread_sigmask");
  UniqueFd fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd.valid()) return Status::System("signalfd");
  return fd;
}

Result<UniqueFd> OpenPidFd(pid_t pid) {
  UniqueFd fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!fd.valid()) return Status::System("pidfd_open");
  return fd;
}

}  // namespace atollstore::os
