#include "sandbox.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace atollstore {
namespace {

constexpr uint32_t kAny = ~0u;

// One call, with this second or third argument.
struct Call {
  long number;
  size_t argument;  // index
  uint32_t value;   // kAny: whatever it is
  int error;
};

}  // namespace

bool Forbid(const char* what, int error) {
  std::vector<Call> calls;
  if (std::strcmp(what, "memfd_create") == 0) calls = {{SYS_memfd_create, 1, kAny, error}};
  if (std::strcmp(what, "seals") == 0) calls = {{SYS_fcntl, 1, 1033, error}};
  if (std::strcmp(what, "pidfd") == 0) {
    calls = {{SYS_pidfd_open, 0, kAny, error},
             {SYS_getsockopt, 2, 77, ENOPROTOOPT},   // SO_PEERPIDFD
             {SYS_setsockopt, 2, 76, ENOPROTOOPT}};  // SO_PASSPIDFD
  }
  std::vector<sock_filter> program;
  for (const Call& call : calls) {
    const auto wrong = static_cast<uint8_t>(call.value == kAny ? 1 : 3);
    program.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(call.number), 0, wrong));
    if (call.value != kAny) {
      program.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                                 static_cast<uint32_t>(offsetof(seccomp_data, args) + call.argument * 8)));
      program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call.value, 0, 1));
    }
    program.push_back(
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<uint32_t>(call.error & SECCOMP_RET_DATA)));
  }
  program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  return !calls.empty() && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

}  // namespace atollstore
