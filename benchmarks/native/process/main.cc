// The store between processes: what Google Benchmark, which measures one process, cannot hold. Each number
// and its floor are measured in turns, and medians are printed.
//
// Usage: atoll_process_bench [PART...], each of attach, churn, clients, contended, copies, drops, large, objects,
// puts, spill, two, wakeup; all without one.

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "harness.h"

namespace atollbench {
namespace {

// server SOCKET CAPACITY MAX_OBJECTS: a server until the input ends.
int ServerRole(const std::vector<std::string>& arguments) {
  atoll_server_options options{};
  options.size = sizeof(options);
  options.socket_path = arguments[0].c_str();
  options.capacity = strtoull(arguments[1].c_str(), nullptr, 10);
  options.max_objects = strtoull(arguments[2].c_str(), nullptr, 10);
  atoll_server* server = nullptr;
  Check(atoll_server_start(&options, &server), "atoll_server_start");
  puts("ready");
  fflush(stdout);
  char c;
  while (read(STDIN_FILENO, &c, 1) > 0) {
  }
  Check(atoll_server_stop(server), "atoll_server_stop");
  return 0;
}

struct Role {
  const char* name;
  size_t arguments;
  int (*run)(const std::vector<std::string>& arguments);
};
constexpr Role kRoles[] = {{"server", 3, ServerRole},
                           {"large", 2, LargeRole},
                           {"getter", 3, GetterRole},
                           {"creator", 1, CreatorRole},
                           {"putter", 1, PutterRole},
                           {"waiter", 1, WaiterRole}};

struct Part {
  const char* name;
  void (*run)();
};
constexpr Part kParts[] = {{"attach", Attaching}, {"clients", Clients},        {"contended", Contended},
                           {"objects", Objects},  {"copies", Copies},          {"drops", Drops},
                           {"wakeup", Wakeup},    {"puts", FirstAndFreshPuts}, {"spill", Spilling},
                           {"two", TwoPutters},       {"large", LargeCreates},    {"churn", Churn}};

int Main(std::vector<std::string> arguments) {
  if (arguments.size() >= 2 && arguments[0] == "--role") {
    const std::vector<std::string> rest(arguments.begin() + 2, arguments.end());
    for (const Role& role : kRoles) {
      if (arguments[1] == role.name && rest.size() == role.arguments) return role.run(rest);
    }
    return 2;
  }
  RunOn(-1);
  for (const std::string& argument : arguments) {
    if (std::none_of(std::begin(kParts), std::end(kParts),
                     [&](const Part& part) { return argument == part.name; })) {
      fprintf(stderr,
              "usage: atoll_process_bench "
              "[attach|churn|clients|contended|copies|drops|large|objects|puts|spill|two|wakeup]...\n");
      return 2;
    }
  }
  for (const Part& part : kParts) {
    if (arguments.empty() || std::find(arguments.begin(), arguments.end(), part.name) != arguments.end())
      part.run();
  }
  return 0;
}

}  // namespace
}  // namespace atollbench

int main(int argc, char** argv) { return atollbench::Main({argv + 1, argv + argc}); }
