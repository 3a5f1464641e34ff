// atoll_points kill-points|pause-points [SECONDS [OPERATION]]
// kill-points: a client is killed at every point of every operation; what it had must come back, a second
// client must be able to do everything. pause-points: it is stopped there, a second client does what it likes
// with the same objects and the server takes away what it may, then it goes on.
#include <signal.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstring>

#include "points/run.h"

namespace atollstore::torture {
namespace {

std::string Kill(Driver* driver) {
  driver->Kill();
  return "";
}

std::string Pause(Run* run, Driver* driver) {
  std::string wrong = run->second().Ask(kMeddle, run->operation());
  driver->LetGo();
  const int status = driver->Wait();
  if (!wrong.empty()) return wrong;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    char text[100];
    std::snprintf(text, sizeof(text), "the victim ended with status %d", status);
    return text;
  }
  return run->stage()->wrong.load() != 0 ? run->stage()->what : "";
}

int Main(int argc, char** argv) {
  if (argc < 2) return 2;
  const bool kill = std::strcmp(argv[1], "kill-points") == 0;
  if (!kill && std::strcmp(argv[1], "pause-points") != 0) return 2;
  const double seconds = SecondsOf(argc - 2, argv + 2);
  Run run(argv[1]);
  const char* only = argc > 3 ? argv[3] : nullptr;
  const double each = only != nullptr ? seconds : seconds / static_cast<double>(Operations().size());
  run.Go(
      kill ? Run::Blow(Kill) : [&run](Driver* driver) { return Pause(&run, driver); }, only, each);
  std::printf("%s: operations=%lu points=%lu violations=%lu\n", argv[1], run.operations, run.points,
              run.violations);
  return run.violations == 0 ? 0 : 1;
}

}  // namespace
}  // namespace atollstore::torture

int main(int argc, char** argv) { return atollstore::torture::Main(argc, argv); }
