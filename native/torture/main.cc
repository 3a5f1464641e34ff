// The proofs that need processes of their own: atoll_torture NAME [SECONDS]. Each ends with one line
// `NAME: key=value ...` and a non-zero status when it found a violation. `ci/torture` builds and runs them.
#include <signal.h>
#include <sys/prctl.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "torture.h"

int main(int argc, char** argv) {
  using namespace atollstore::torture;
  // A parent that was killed leaves nobody behind.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const Command* commands[] = {&kFaults,          &kLitmus, &kLitmusPins,
                               &kLitmusEvictions, &kStorm,  &kStormPeer, &kStormHoles};
  for (const Command* command : commands) {
    if (argc >= 2 && std::strcmp(argv[1], command->name) == 0) return command->run(argc - 2, argv + 2);
  }
  std::fprintf(stderr, "usage: %s NAME [SECONDS], NAME one of:", argv[0]);
  for (const Command* command : commands) std::fprintf(stderr, " %s", command->name);
  std::fprintf(stderr, "\n");
  return 2;
}
