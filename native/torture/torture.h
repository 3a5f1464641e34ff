// What the proofs share: how they are called, and a directory and children that do not outlive them.
#ifndef ATOLL_TORTURE_TORTURE_H_
#define ATOLL_TORTURE_TORTURE_H_

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace atollstore::torture {

struct Command {
  const char* name;
  int (*run)(int argc, char** argv);  // without the program's name and the command's; the exit status
};

extern const Command kFaults, kLitmus, kLitmusPins, kLitmusEvictions, kStorm, kStormPeer, kStormHoles;

// The first argument as a number of seconds, 0 when there is none.
double SecondsOf(int argc, char** argv);
double Now();  // seconds, from an arbitrary beginning

// Ends this process with status 3 and the last error when a store call failed that must not.
void Must(int64_t code, const char* what);
#define MUST(call) ::atollstore::torture::Must((call), #call)

// A directory for sockets, removed with what is in it.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  std::string operator/(const char* name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Starts this very program, or the one of that name beside it, with these arguments.
pid_t Spawn(const std::vector<std::string>& arguments, const char* sibling = nullptr, int output = -1);

}  // namespace atollstore::torture

#endif  // ATOLL_TORTURE_TORTURE_H_
