#include "fault_injection.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace atollstore::torture {
namespace {

struct Named {
  const char* name;
  long number;
};
#define CALL(name) \
  { #name, SYS_##name }
constexpr Named kCalls[] = {
    CALL(accept4),
    CALL(bind),
    CALL(clock_nanosleep),
    CALL(clone),
    CALL(clone3),
    CALL(close_range),
    CALL(connect),
    CALL(dup3),
    CALL(epoll_create1),
    CALL(epoll_ctl),
    CALL(eventfd2),
    CALL(execve),
    CALL(fadvise64),
    CALL(fallocate),
    CALL(fchmod),
    CALL(fchmodat),
    CALL(fcntl),
    CALL(fdatasync),
    CALL(flock),
    CALL(fstat),
    CALL(fsync),
    CALL(ftruncate),
    CALL(getcwd),
    CALL(getdents64),
    CALL(getpeername),
    CALL(getrandom),
    CALL(getsockname),
    CALL(getsockopt),
    CALL(listen),
    CALL(lseek),
    CALL(madvise),
    CALL(membarrier),
    CALL(memfd_create),
    CALL(mkdirat),
    CALL(mmap),
    CALL(mprotect),
    CALL(munmap),
    CALL(newfstatat),
    CALL(openat),
    CALL(pidfd_open),
    CALL(pidfd_send_signal),
    CALL(pipe2),
    CALL(prctl),
    CALL(pread64),
    CALL(prlimit64),
    CALL(pwrite64),
    CALL(pwritev),
    CALL(read),
    CALL(recvfrom),
    CALL(recvmsg),
    CALL(renameat),
    CALL(rt_sigtimedwait),
    CALL(sched_getaffinity),
    CALL(sendmsg),
    CALL(sendto),
    CALL(setsockopt),
    CALL(signalfd4),
    CALL(socket),
    CALL(statx),
    CALL(sync_file_range),
    CALL(unlinkat),
    CALL(waitid),
    CALL(write),
#ifdef SYS_open  // what newer kinds of machines do without
    CALL(access),
    CALL(chmod),
    CALL(epoll_wait),
    CALL(mkdir),
    CALL(poll),
    CALL(readlink),
    CALL(rename),
    CALL(rmdir),
    CALL(unlink),
#endif
};
constexpr const char* kNotEverywhere[] = {"access",   "chmod",  "epoll_wait", "mkdir", "poll",
                                          "readlink", "rename", "rmdir",      "unlink"};

constexpr Named kErrors[] = {{"EACCES", EACCES},
                             {"EADDRINUSE", EADDRINUSE},
                             {"EAGAIN", EAGAIN},
                             {"EBUSY", EBUSY},
                             {"ECONNABORTED", ECONNABORTED},
                             {"ECONNREFUSED", ECONNREFUSED},
                             {"ECONNRESET", ECONNRESET},
                             {"EINTR", EINTR},
                             {"EINVAL", EINVAL},
                             {"EIO", EIO},
                             {"EMFILE", EMFILE},
                             {"ENOBUFS", ENOBUFS},
                             {"ENOENT", ENOENT},
                             {"ENOLCK", ENOLCK},
                             {"ENOMEM", ENOMEM},
                             {"ENOSPC", ENOSPC},
                             {"ENOSYS", ENOSYS},
                             {"EPERM", EPERM},
                             {"EPIPE", EPIPE}};

template <size_t count>
long NumberOf(const Named (&all)[count], const std::string& name) {
  const auto* const found =
      std::find_if(all, all + count, [&](const Named& each) { return name == each.name; });
  return found == all + count ? -1 : found->number;
}

[[noreturn]] void Give(const char* what, const std::string& text) {
  std::fprintf(stderr, "faults: %s: %s\n", what, text.c_str());
  std::exit(2);
}

// Has the kernel hold these calls of this process. Returns where they are told of.
int Hold(const std::vector<long>& calls) {
  std::vector<sock_filter> program = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))};
  for (const long call : calls) {
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(call), 0, 1));
    program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF));
  }
  program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
  return static_cast<int>(
      ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &filter));
}

// Whether the descriptor of that process is of a file, as far as a read or write of it may fail.
bool IsOfFile(pid_t pid, uint64_t fd) {
  char path[64], target[PATH_MAX];
  std::snprintf(path, sizeof(path), "/proc/%d/fd/%lu", pid, fd);
  return ::readlink(path, target, sizeof(target)) > 0 && target[0] == '/' &&
         std::string(target, 5) != "/dev/";
}

// Answers for the calls of the child, and of those it has started, until it has ended; then they end, too.
void Answer(int listener, pid_t child, int pidfd, const Injection& injection, Lived* lived) {
  for (;;) {
    pollfd watched[] = {{listener, POLLIN, 0}, {pidfd, POLLIN, 0}};
    if (::poll(watched, 2, 100) < 0) continue;
    if (watched[1].revents != 0) ::kill(-child, SIGKILL);
    if ((watched[0].revents & (POLLHUP | POLLERR)) != 0) return;  // nobody is left whose calls are held
    if ((watched[0].revents & POLLIN) == 0) continue;
    seccomp_notif call{};
    if (::ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) != 0) continue;  // it was killed meanwhile
    const long number = call.data.nr;
    const bool counts = (number != SYS_read && number != SYS_write) ||
                        IsOfFile(static_cast<pid_t>(call.pid), call.data.args[0]);
    if (counts) ++lived->calls[number];
    seccomp_notif_resp answer{};
    answer.id = call.id;
    if (counts && number == injection.number && lived->calls[number] == injection.which) {
      answer.error = -injection.error;
      lived->failed = true;
    } else {
      answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    }
    (void)::ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
  }
}

}  // namespace

std::vector<Faulty> ReadFaulty(const std::string& list) {
  std::ifstream file(list);
  if (!file) Give("no such list", list);
  std::map<std::string, Faulty> all;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string function, kind, call, errors;
    words >> function >> kind >> call >> errors;
    if (line.starts_with("#") || kind != "faults") continue;
    const long number = NumberOf(kCalls, call);
    if (number < 0 &&
        std::find(std::begin(kNotEverywhere), std::end(kNotEverywhere), call) != std::end(kNotEverywhere))
      continue;
    if (number < 0) Give("a system call that is not known here", line);
    Faulty& faulty = all[call];
    faulty.call = call;
    faulty.number = number;
    faulty.errors.clear();
    std::istringstream names(errors);
    for (std::string name; std::getline(names, name, ',');) {
      const long error = NumberOf(kErrors, name);
      if (error < 0) Give("an errno that is not known here", line);
      faulty.errors.push_back(static_cast<int>(error));
    }
    if (faulty.errors.empty()) Give("no errno", line);
    faulty.names.push_back(function.substr(function.find_first_not_of('_')));
    if (function.starts_with("SYS_")) faulty.names.back() = function.substr(4);
  }
  for (const char* stack : {"mmap", "mprotect"})
    all[stack].names.push_back("pthread_create");  // which needs one
  std::vector<Faulty> faulty;
  for (auto& [call, each] : all) faulty.push_back(std::move(each));
  return faulty;
}

Lived Live(const std::vector<long>& held, const Injection& injection, const std::function<void()>& live) {
  // Where the child says which descriptor its calls are told of: without a call, since that could be held.
  auto* const said = static_cast<std::atomic<int>*>(
      ::mmap(nullptr, sizeof(std::atomic<int>), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  const pid_t child = ::fork();
  if (child == 0) {
    ::setpgid(0, 0);  // what it starts is of this group, too
    const int listener = Hold(held);
    said->store(listener < 0 ? -1 : listener);
    if (listener < 0) ::_exit(2);
    live();
    ::_exit(0);
  }
  const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
  while (said->load() == 0) ::usleep(50);
  if (said->load() < 0) Give("no calls can be held here", "seccomp");
  const int listener = static_cast<int>(::syscall(SYS_pidfd_getfd, pidfd, said->load(), 0));
  if (listener < 0) Give("no calls can be held here", "pidfd_getfd");
  Lived lived;
  Answer(listener, child, pidfd, injection, &lived);
  ::waitpid(child, &lived.status, 0);
  ::close(listener);
  ::close(pidfd);
  ::munmap(said, sizeof(*said));
  return lived;
}

}  // namespace atollstore::torture
