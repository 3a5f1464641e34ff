#include "server/lost.h"

#include <unistd.h>

#include <cstdio>

namespace atollstore {

void TellLost(const std::string& store, int descriptor, const char* what, bool again) {
  std::fprintf(stderr, "atoll: descriptor %d, %s, was closed by somebody else in the server (pid %d) of %s; it has %s\n",
               descriptor, what, ::getpid(), store.c_str(), again ? "another one now" : "none now");
}

}  // namespace atollstore
