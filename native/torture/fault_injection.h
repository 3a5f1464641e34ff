// Makes one system call of another process fail. The kernel holds each call of the kinds in question, in
// every thread and child of that process, until this one has said what becomes of it (seccomp's user
// notification): the process runs the library as it is shipped.
#ifndef ATOLL_TORTURE_FAULT_INJECTION_H_
#define ATOLL_TORTURE_FAULT_INJECTION_H_

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace atollstore::torture {

// A system call that the library makes.
struct Faulty {
  std::string call;
  long number;                     // of the call, on this machine
  std::vector<int> errors;         // what it may fail with
  std::vector<std::string> names;  // the functions behind which it is: one of them is what a status calls it
};

// Those that os_calls.txt lists as `faults`, but for what this kind of machine does not have. Ends the
// process when the list says what nobody understands.
std::vector<Faulty> ReadFaulty(const std::string& list);

struct Injection {
  long number = -1;    // of the call that shall fail; -1: none does
  uint64_t which = 0;  // of these calls, from 1 on
  int error = 0;
};

struct Lived {
  int status = 0;                  // of waitpid()
  std::map<long, uint64_t> calls;  // how often each was made, of those that were held
  bool failed = false;             // the one that should has
};

// Runs `live` in a child of this process, with these calls held; what it has started ends with it. Reads and
// writes count where they are of files, for those of event counts and pipes do not fail.
Lived Live(const std::vector<long>& held, const Injection& injection, const std::function<void()>& live);

}  // namespace atollstore::torture

#endif  // ATOLL_TORTURE_FAULT_INJECTION_H_
