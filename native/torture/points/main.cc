// atoll_points kill-points|pause-points [SECONDS [OPERATION]]
// kill-points: a client is killed at every point of every operation; what it had must come back, a second
// client must be able to do everything. pause-points: it is stopped there, a second client does what it likes
// with the same objects and the server takes away what it may, then it goes on.
#include <cstdio>
#include <cstring>

#include "points/run.h"

namespace atollstore::torture {
namespace {

int Main(int argc, char** argv) {
  if (argc < 2) return 2;
  const bool kill = std::strcmp(argv[1], "kill-points") == 0;
  if (!kill && std::strcmp(argv[1], "pause-points") != 0) return 2;
  const double seconds = SecondsOf(argc - 2, argv + 2);
  Run run(argv[1], kill ? Run::Blow::kKill : Run::Blow::kPause);
  run.Go(argc > 3 ? argv[3] : nullptr, seconds);
  std::printf("%s: operations=%lu points=%lu violations=%lu\n", argv[1], run.operations, run.points,
              run.violations);
  return run.violations == 0 ? 0 : 1;
}

}  // namespace
}  // namespace atollstore::torture

int main(int argc, char** argv) { return atollstore::torture::Main(argc, argv); }
