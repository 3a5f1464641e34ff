// atoll_points kill-points|pause-points [SECONDS [OPERATION|all [SEED [DONE]]]]: SECONDS 0 runs all scenes, and goes on after
// those that the file DONE names.
// kill-points: a client is killed at every point of every operation; what it had must come back, a second
// client must be able to do everything. pause-points: it is stopped there, a second client does what it likes
// with the same objects and the server takes away what it may, then it goes on.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>

#include "points/run.h"

namespace atollstore::torture {
namespace {

int Main(int argc, char** argv) {
  if (argc < 2) return 2;
  const bool kill = std::strcmp(argv[1], "kill-points") == 0;
  if (!kill && std::strcmp(argv[1], "pause-points") != 0) return 2;
  const double seconds = SecondsOf(argc - 2, argv + 2);
  Run run(argv[1], kill ? Run::Blow::kKill : Run::Blow::kPause);
  const uint64_t seed = argc > 4 ? std::strtoull(argv[4], nullptr, 10) : std::random_device()();
  const bool all = argc <= 3 || std::strcmp(argv[3], "all") == 0;
  if (seconds > 0) std::printf("%s: seed %lu\n", argv[1], seed);
  run.Go(all ? nullptr : argv[3], seconds, seed, argc > 5 ? argv[5] : nullptr);
  std::printf("%s: there_are=%lu scenes=%lu points=%lu violations=%lu\n", argv[1], run.there_are, run.scenes, run.points,
              run.violations);
  return run.violations == 0 ? 0 : 1;
}

}  // namespace
}  // namespace atollstore::torture

int main(int argc, char** argv) { return atollstore::torture::Main(argc, argv); }
