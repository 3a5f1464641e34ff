#include "os/process.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
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

namespace {

// The start of a file of /proc about the process; empty when there is none.
template <size_t bytes>
const char* ReadProc(pid_t pid, const char* name, char (&text)[bytes]) {
  char path[48];
  std::snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
  text[0] = '\0';
  UniqueFd fd(::open(path, O_RDONLY | O_CLOEXEC));
  const ssize_t length = fd.valid() ? ::read(fd.get(), text, bytes - 1) : 0;
  if (length > 0) text[length] = '\0';
  return text;
}

// What follows the process's name in /proc/PID/stat, which stands in parentheses and may hold anything.
const char* AfterName(const char* stat) {
  const char* end = std::strrchr(stat, ')');
  return end == nullptr || end[1] != ' ' ? "" : end + 2;
}

}  // namespace

uint64_t StartTime(pid_t pid) {
  char text[1024];
  const char* at = AfterName(ReadProc(pid, "stat", text));  // field 3
  for (int field = 3; at != nullptr && field < 22; ++field) {
    at = std::strchr(at, ' ');
    if (at != nullptr) ++at;
  }
  return at == nullptr ? 0 : std::strtoull(at, nullptr, 10);
}

bool Exists(pid_t pid) { return ::kill(pid, 0) == 0 || errno != ESRCH; }

bool IsStopped(pid_t pid) {
  char text[1024];
  const char state = AfterName(ReadProc(pid, "stat", text))[0];
  return state == 'T' || state == 't';
}

bool CanRun(pid_t pid) {
  char text[1024];
  const char state = AfterName(ReadProc(pid, "stat", text))[0];
  return state == 0 ? Exists(pid) : std::strchr("TtZXx", state) == nullptr;
}

bool HasNoDescriptorLeft(pid_t pid) {
  char text[4096];
  const char* limit = std::strstr(ReadProc(pid, "limits", text), "Max open files");
  const uint64_t most = limit == nullptr ? 0 : std::strtoull(limit + sizeof("Max open files"), nullptr, 10);
  char path[32];
  std::snprintf(path, sizeof(path), "/proc/%d/fd", pid);
  DIR* directory = ::opendir(path);
  if (directory == nullptr) return false;
  uint64_t open = 0;
  while (const dirent* entry = ::readdir(directory)) open += entry->d_name[0] != '.';
  ::closedir(directory);
  return most != 0 && open >= most;
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
  if (!fd.valid())
    return errno == EINVAL ? Status::System("pidfd_open") : Status::Missing("pidfd_open", kPidFdSince);
  return fd;
}

Watched LookAt(int pidfd, short revents) {
  if (revents == 0) return Watched::kLives;
  const bool is_one = ::syscall(SYS_pidfd_send_signal, pidfd, 0, nullptr, 0) == 0 || errno != EBADF;
  if (!is_one || (revents & POLLNVAL) != 0) return Watched::kLost;
  return (revents & POLLIN) != 0 ? Watched::kEnded : Watched::kLives;
}

}  // namespace atollstore::os
