// Servers, and programs with server and client in one.
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <vector>

#include "hungry.h"
#include "peer.h"
#include "starve.h"

namespace atollstore::peer {
namespace {

// serve BYTES: a server of its own.
void Serve(const char* path, char** arguments) {
  StartServer(ServerOptions(path, std::strtoull(arguments[0], nullptr, 10)));
  Say("ready");
  Rest();
}

// crash DIRECTORY MARKER: dies, leaving a core in the directory, with an object pinned, another half written,
// and the server in the same process; both objects are full of MARKER, and so are 64 KiB of its own memory,
// with the bits turned round.
void Crash(const char* path, char** arguments) {
  const uint64_t marker = std::strtoull(arguments[1], nullptr, 10);
  StartServer(ServerOptions(path, 64 << 20));
  atoll_client* client = Attach(path);
  constexpr uint64_t kBytes = 4 << 20;
  const auto fill = [&](uint64_t address, uint64_t bytes, uint64_t with) {
    for (uint64_t at = 0; at < bytes; at += sizeof(with)) *reinterpret_cast<uint64_t*>(address + at) = with;
  };
  atoll_object_id id{}, unsealed{};
  uint64_t address = 0;
  CHECK_OK(atoll_create(client, &id, kBytes, 0, 0, 5'000'000'000, &address));
  fill(address, kBytes, marker);
  CHECK_OK(atoll_seal(client, &id, nullptr));
  atoll_view view;
  CHECK_OK(atoll_get(client, &id, 0, &view));
  CHECK_OK(atoll_create(client, &unsealed, kBytes, 0, 0, 5'000'000'000, &address));
  fill(address, kBytes, marker);
  uint64_t seen = 0;
  for (uint64_t at = 0; at < kBytes; at += 4096)
    seen += *reinterpret_cast<const uint64_t*>(view.address + at);
  std::vector<uint64_t> own(8192);
  fill(reinterpret_cast<uint64_t>(own.data()), own.size() * sizeof(own[0]), ~marker);
  const rlimit whole{RLIM_INFINITY, RLIM_INFINITY};
  if (seen == 0 || ::chdir(arguments[0]) != 0 || ::setrlimit(RLIMIT_CORE, &whole) != 0) std::_Exit(4);
  ::signal(SIGSEGV, SIG_DFL);
  ::raise(SIGSEGV);
}

// limited BYTES: a store of 64 MiB in a process with so many addresses. Says how many objects it has room
// for.
void Limited(const char* path, char** arguments) {
  const rlimit addresses{std::strtoull(arguments[0], nullptr, 10), RLIM_INFINITY};
  CHECK_OK(::setrlimit(RLIMIT_AS, &addresses));
  const atoll_server_options options = ServerOptions(path, 64 << 20);
  atoll_server* server = nullptr;
  if (const int64_t code = atoll_server_start(&options, &server); code != 0)
    return Say(std::to_string(code) + " 0 " + atoll_last_error());
  atoll_client* client = nullptr;
  if (const int64_t code = atoll_attach(path, nullptr, &client); code != 0) {
    Say(std::to_string(code) + " 0 " + atoll_last_error());
    atoll_server_stop(server);
    return;
  }
  Put(client, 4 << 20, 1);
  atoll_stats_t stats{};
  stats.size = sizeof(stats);
  CHECK_OK(atoll_stats(client, &stats));
  Say("0 " + std::to_string(stats.max_objects));
  atoll_detach(client);
  atoll_server_stop(server);
}

// hungry: see there.
void Hunger(const char* path, char**) { Say(atollstore::StarveAllocations(path)); }

// hungry_server DIRECTORY: see there.
void HungryServer(const char* path, char** arguments) {
  Say(atollstore::StarveServerCalls(path, arguments[0]));
}

// starved DIRECTORY LOG: a server of 16 MiB that spills into the directory, in whose threads each allocation
// fails before it succeeds, until it is told a line. What is said on standard error goes into LOG. Says how
// many failed.
void Starved(const char* path, char** arguments) {
  if (std::freopen(arguments[1], "w", stderr) == nullptr) std::_Exit(4);
  atoll_server_options options = ServerOptions(path, 16 << 20);
  options.spill_directory = arguments[0];
  atollstore::starve::FailOthers();
  atoll_server* const server = StartServer(options);
  Say("ready");
  Hear();
  Say("ok " + std::to_string(atollstore::starve::StopFailingOthers()));
  atoll_server_stop(server);
}

}  // namespace

const std::vector<Role> kServerRoles = {{"serve", Serve, 1},     {"crash", Crash, 2},
                                        {"hungry", Hunger, 0},   {"limited", Limited, 1},
                                        {"starved", Starved, 2}, {"hungry_server", HungryServer, 1}};

}  // namespace atollstore::peer
