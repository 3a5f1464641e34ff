#include "points/driver.h"

#include <link.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#ifndef __x86_64__
#error "The driver knows the registers of x86_64 only"
#endif

namespace atollstore::torture {
namespace {

struct Text {
  uint64_t begin = 0, end = 0;
  bool has(uint64_t address) const { return address >= begin && address < end; }
};

// Where the store's library has its instructions: it is a shared one in these programs, and nothing else of
// it.
Text LibraryText() {
  Text text;
  ::dl_iterate_phdr(
      [](dl_phdr_info* info, size_t, void* found) {
        if (std::strstr(info->dlpi_name, "libatoll_stepped") == nullptr) return 0;
        for (int i = 0; i < info->dlpi_phnum; ++i) {
          const ElfW(Phdr)& part = info->dlpi_phdr[i];
          if (part.p_type != PT_LOAD || (part.p_flags & PF_X) == 0) continue;
          *static_cast<Text*>(found) = {info->dlpi_addr + part.p_vaddr,
                                        info->dlpi_addr + part.p_vaddr + part.p_memsz};
        }
        return 1;
      },
      &text);
  if (text.end == 0) {
    std::fprintf(stderr, "the store's library is not loaded\n");
    std::_Exit(4);
  }
  return text;
}

const Text& Library() {
  static const Text text = LibraryText();
  return text;
}

constexpr uint64_t kRip = offsetof(user, regs.rip);
constexpr uint64_t kRsp = offsetof(user, regs.rsp);

}  // namespace

void BeginOperation() {
  if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) std::_Exit(4);
  ::raise(SIGSTOP);
}

__attribute__((noinline)) void EndOperation() { asm volatile(""); }

Driver::Driver(pid_t pid) : pid_(pid) {
  (void)Library();
  if (::waitpid(pid_, &status_, 0) != pid_ || !WIFSTOPPED(status_) || WSTOPSIG(status_) != SIGSTOP) {
    gone_ = true;
    return;
  }
  ::ptrace(PTRACE_SETOPTIONS, pid_, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
}

uint64_t Driver::Register(uint64_t offset) const {
  return static_cast<uint64_t>(::ptrace(PTRACE_PEEKUSER, pid_, offset, nullptr));
}

// Hardware breakpoints: one in the text would stop the other threads of the process as well.
void Driver::SetBreakpoints(uint64_t first, uint64_t second) {
  const uint64_t on = (first != 0 ? 1 : 0) | (second != 0 ? 4 : 0);
  if (::ptrace(PTRACE_POKEUSER, pid_, offsetof(user, u_debugreg[0]), first) != 0 ||
      ::ptrace(PTRACE_POKEUSER, pid_, offsetof(user, u_debugreg[1]), second) != 0 ||
      ::ptrace(PTRACE_POKEUSER, pid_, offsetof(user, u_debugreg[7]), on) != 0) {
    std::perror("no hardware breakpoint");
    std::_Exit(4);
  }
}

Driver::At Driver::SkipTo(uint64_t address, uint32_t visit) {
  if (gone_) return At::kGone;
  const auto end = reinterpret_cast<uint64_t>(&EndOperation);
  SetBreakpoints(address, end);
  int signal = 0;
  while (visit > 0) {
    if (!Run(PTRACE_CONT, &signal)) return At::kGone;
    const uint64_t rip = Register(kRip);
    if (rip == end) return At::kEnd;
    if (rip == address) --visit;
  }
  SetBreakpoints(0, 0);
  mode_ = Mode::kInside;
  where_ = address;
  return At::kPoint;
}

bool Driver::Run(int request, int* signal) {
  if (::ptrace(static_cast<__ptrace_request>(request), pid_, nullptr, *signal) != 0 ||
      ::waitpid(pid_, &status_, 0) != pid_ || !WIFSTOPPED(status_)) {
    gone_ = true;
    return false;
  }
  const int stopped = WSTOPSIG(status_);
  // A fault of the victim's own is delivered, and ends it.
  *signal = stopped == SIGTRAP || stopped == (SIGTRAP | 0x80) || stopped == SIGSTOP ? 0 : stopped;
  return true;
}

Driver::At Driver::Next() {
  int signal = 0;
  for (;;) {
    if (gone_) return At::kGone;
    if (mode_ == Mode::kCall) {
      if (!Run(PTRACE_SYSCALL, &signal)) return At::kGone;
      if (WSTOPSIG(status_) == (SIGTRAP | 0x80)) return At::kPoint;  // before or after a system call
      const uint64_t rip = Register(kRip);
      if (rip != back_) continue;
      mode_ = Library().has(rip) ? Mode::kInside : Mode::kHarness;
      where_ = rip;
      if (mode_ == Mode::kInside) return At::kPoint;
      continue;
    }
    if (!Run(PTRACE_SINGLESTEP, &signal)) return At::kGone;
    const uint64_t rip = Register(kRip);
    if (rip == reinterpret_cast<uint64_t>(&EndOperation)) return At::kEnd;
    if (Library().has(rip)) {
      if (rip == where_ && mode_ == Mode::kInside) continue;  // a string instruction has not ended
      mode_ = Mode::kInside;
      where_ = rip;
      return At::kPoint;
    }
    if (mode_ == Mode::kHarness) continue;
    // It has left the library: by a call, which will come back to the address on top of the stack, or by
    // returning to the harness, whose code is next to EndOperation().
    Dl_info about{};
    static const void* const harness = [] {
      Dl_info own{};
      ::dladdr(reinterpret_cast<void*>(&EndOperation), &own);
      return own.dli_fbase;
    }();
    if (::dladdr(reinterpret_cast<void*>(rip), &about) != 0 && about.dli_fbase == harness) {
      mode_ = Mode::kHarness;
      continue;
    }
    back_ = static_cast<uint64_t>(::ptrace(PTRACE_PEEKDATA, pid_, Register(kRsp), nullptr));
    SetBreakpoints(back_, 0);
    mode_ = Mode::kCall;
  }
}

void Driver::LetGo() {
  if (gone_) return;
  SetBreakpoints(0, 0);
  ::ptrace(PTRACE_DETACH, pid_, nullptr, nullptr);
}

void Driver::Kill() {
  ::kill(pid_, SIGKILL);
  (void)Wait();
}

int Driver::Wait() {
  if (WIFEXITED(status_) || WIFSIGNALED(status_)) {
    if (gone_) return status_;
  }
  while (::waitpid(pid_, &status_, 0) == pid_ && WIFSTOPPED(status_)) {
  }
  gone_ = true;
  return status_;
}

}  // namespace atollstore::torture
