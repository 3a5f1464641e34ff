// The command line of atoll-store.
#ifndef ATOLL_TOOLS_OPTIONS_H_
#define ATOLL_TOOLS_OPTIONS_H_

#include <string>
#include <vector>

#include "atoll/c.h"

namespace atollstore::tools {

enum class Role { kBoth, kServer, kSupervisor };

struct Options {
  std::string command;  // serve, or one of looks.h
  std::string socket;
  std::string spill_directory;
  atoll_server_options server{};  // its strings point into this
  bool json = false;
  // A look into a store without a server: descriptors this process has inherited.
  int control = -1;
  int data = -1;
  // Of processes that atoll-store starts itself.
  Role role = Role::kBoth;
  std::vector<int> inherited;  // control, data, listener, the other's pidfd, the lock of the spill directory
};

extern const char kUsage[];

// Returns an empty text, or what is wrong with the arguments.
std::string Parse(int argc, char** argv, Options* options);

}  // namespace atollstore::tools

#endif  // ATOLL_TOOLS_OPTIONS_H_
