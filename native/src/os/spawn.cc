#include "os/spawn.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <utility>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

// What runs in the child's name runs on this process's memory: sanitizers would take it for the parent.
#define ATOLL_IN_CHILD \
  __attribute__((no_sanitize("address"), no_sanitize("thread"), no_sanitize("undefined")))

// clone() by the name under which ThreadSanitizer does not take it for a fork.
extern "C" int __clone(int (*run)(void*), void* stack, int flags, void* argument, ...);

namespace atollstore::os {
namespace {

constexpr int kDescriptors = 4;  // 0, 1, 2 and the connection
static_assert(ATOLL_CHILD_CONNECTION == kDescriptors - 1);
constexpr size_t kStackBytes = 64 * 1024;
constexpr int kSignals = 64;
constexpr size_t kMaskBytes = kSignals / 8;

struct Launch {
  const char* const* argv;
  const char* const* environment;
  std::array<int, kDescriptors> descriptors;  // none of them below kDescriptors
  // Written by the child when it fails.
  const char* failed;
  int error;
};

// Handlers first: one that ran in the child would run on the parent's memory.
ATOLL_IN_CHILD void ResetSignals() {
  for (int signal = 1; signal <= kSignals; ++signal) {
    // The kernel's struct sigaction: the handler comes first, and all zeros are SIG_DFL.
    uintptr_t action[8] = {};
    constexpr uintptr_t kDefault[8] = {};
    if (::syscall(SYS_rt_sigaction, signal, nullptr, action, kMaskBytes) != 0) continue;
    if (action[0] == reinterpret_cast<uintptr_t>(SIG_IGN)) continue;
    (void)::syscall(SYS_rt_sigaction, signal, kDefault, nullptr, kMaskBytes);
  }
  const uint64_t none = 0;
  (void)::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, nullptr, kMaskBytes);
}

// Plain system calls only: the memory, locks and errno are those of the thread that waits.
ATOLL_IN_CHILD int RunChild(void* argument) {
  Launch& launch = *static_cast<Launch*>(argument);
  launch.failed = "dup3";
  bool ready = true;
  for (int to = 0; to < kDescriptors && ready; ++to) {
    ready = ::syscall(SYS_dup3, launch.descriptors[static_cast<size_t>(to)], to, 0) == to;
  }
  if (ready) {
    launch.failed = "close";
    ready = ::syscall(SYS_close_range, kDescriptors, ~0u, 0) == 0 || CloseOneByOne(kDescriptors);
  }
  if (ready) {
    // Whatever it starts is found by this when it has ended; signals of a terminal are this process's to pass on.
    (void)::syscall(SYS_setpgid, 0, 0);
    ResetSignals();
    launch.failed = "execve";
    (void)::syscall(SYS_execve, launch.argv[0], launch.argv, launch.environment);
  }
  launch.error = errno;
  ::syscall(SYS_exit_group, 127);
  return 0;
}

// The same, above the numbers that the child's are put under.
Result<UniqueFd> Above(UniqueFd fd) {
  if (fd.get() >= kDescriptors) return fd;
  UniqueFd above(::fcntl(fd.get(), F_DUPFD_CLOEXEC, kDescriptors));
  if (!above.valid()) return Status::System("fcntl(F_DUPFD_CLOEXEC)");
  return above;
}

Status Pipe(UniqueFd* read, UniqueFd* write) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return Status::System("pipe2");
  UniqueFd made[] = {UniqueFd(ends[0]), UniqueFd(ends[1])};
  for (auto [end, to] : {std::pair{&made[0], read}, std::pair{&made[1], write}}) {
    auto above = Above(std::move(*end));
    if (!above.ok()) return above.status();
    *to = std::move(above).value();
  }
  return {};
}

Result<siginfo_t> Wait(uint64_t pid, int options) {
  siginfo_t info{};
  int waited;
  do {
    waited = ::waitid(P_PID, static_cast<id_t>(pid), &info, options);
  } while (waited != 0 && errno == EINTR);
  if (waited == 0) return info;
  if (errno != ECHILD) return Status::System("waitid");
  return Status::Error(ATOLL_NOT_FOUND, "process %lu: no child of this one, or somebody else has reaped it",
                       pid);
}

}  // namespace

Result<Child> Spawn(const char* const* argv, const char* const* environment, UniqueFd inherited) {
  auto connection = Above(std::move(inherited));
  if (!connection.ok()) return connection.status();
  Child child{-1, {}, {}, {}};
  UniqueFd in, out, err;
  ATOLL_RETURN_IF_ERROR(Pipe(&in, &child.in));
  ATOLL_RETURN_IF_ERROR(Pipe(&child.out, &out));
  ATOLL_RETURN_IF_ERROR(Pipe(&child.err, &err));
  Launch launch{argv,
                environment == nullptr ? environ : environment,
                {in.get(), out.get(), err.get(), connection.value().get()},
                "",
                0};

  void* stack =
      ::mmap(nullptr, kStackBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (stack == MAP_FAILED) return Status::System("mmap(stack)");
  // No handler may run in the child. The mask is this thread's own, and the child begins with it.
  const uint64_t all = ~uint64_t{0};
  uint64_t before = 0;
  (void)::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before, kMaskBytes);
  child.pid =
      ::__clone(RunChild, static_cast<char*>(stack) + kStackBytes, CLONE_VM | CLONE_VFORK | SIGCHLD, &launch);
  const int error = errno;
  (void)::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &before, nullptr, kMaskBytes);
  ::munmap(stack, kStackBytes);
  if (child.pid < 0) {
    errno = error;
    return Status::System("clone");
  }
  if (launch.error != 0) {
    (void)ReapChild(static_cast<uint64_t>(child.pid));
    char what[128];
    std::snprintf(what, sizeof(what), "%s(%s)", launch.failed, argv[0]);
    errno = launch.error;
    return Status::System(what);
  }
  return child;
}

Status AwaitChild(uint64_t pid) { return Wait(pid, WEXITED | WNOWAIT).status(); }

Result<int> ReapChild(uint64_t pid) {
  // While what is left of it keeps the number of its group from being another's.
  if (auto ended = Wait(pid, WEXITED | WNOWAIT); !ended.ok()) return ended.status();
  const auto group = static_cast<pid_t>(pid);
  if (group > 1) (void)::kill(-group, SIGKILL);
  auto info = Wait(pid, WEXITED);
  if (!info.ok()) return info.status();
  return info.value().si_code == CLD_EXITED ? info.value().si_status : 256 + info.value().si_status;
}

ATOLL_IN_CHILD bool CloseOneByOne(int first) {
  const long directory =
      ::syscall(SYS_openat, AT_FDCWD, "/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (directory < 0) return false;
  alignas(uint64_t) char entries[1024];
  long length;
  while ((length = ::syscall(SYS_getdents64, directory, entries, sizeof(entries))) > 0) {
    // struct linux_dirent64: the length of the record is at 16, the name at 19. They come in order of number.
    for (long at = 0; at < length;) {
      const char* name = entries + at + 19;
      int fd = 0;
      while (*name >= '0' && *name <= '9') fd = 10 * fd + (*name++ - '0');
      if (fd >= first && fd != directory) ::syscall(SYS_close, fd);
      at += *reinterpret_cast<const uint16_t*>(entries + at + 16);
    }
  }
  ::syscall(SYS_close, directory);
  return length == 0;
}

}  // namespace atollstore::os
