// Stores and clients inside a cgroup, up to its limit of memory.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "peer.h"

namespace atollstore::peer {
namespace {

// Puts this process into the cgroup.
void Join(const char* path) {
  std::FILE* group = std::fopen((std::string(path) + "/cgroup.procs").c_str(), "w");
  if (group == nullptr || std::fprintf(group, "%d\n", ::getpid()) < 0 || std::fclose(group) != 0)
    std::_Exit(4);
}

// Seals objects of that size until there is no room or `most` bytes are there. Returns the last code.
int64_t FillWith(atoll_client* client, uint64_t size, uint64_t most, std::vector<atoll_object_id>* ids) {
  int64_t code = 0;
  for (uint64_t bytes = 0; bytes < most; bytes += size) {
    atoll_object_id id{};
    uint64_t address = 0;
    code = atoll_create(client, &id, size, 0, 0, 1'000'000'000, &address);
    if (code != 0) break;
    std::memset(reinterpret_cast<void*>(address), 1, size);
    CHECK_OK(atoll_seal(client, &id, nullptr));
    ids->push_back(id);
  }
  return code;
}

// refill BYTES CGROUP OBJECTS: a store of that capacity and that many entries inside the cgroup, filled with
// large objects, emptied, and filled with the smallest ones.
void Refill(const char* path, char** arguments) {
  Join(arguments[1]);
  atoll_server_options options = ServerOptions(path, std::strtoull(arguments[0], nullptr, 10));
  options.max_objects = std::strtoull(arguments[2], nullptr, 10);
  atoll_server* const server = StartServer(options);
  atoll_client* client = Attach(path);
  std::vector<atoll_object_id> large, small;
  small.reserve(options.max_objects);
  const int64_t first = FillWith(client, 3 << 20, options.capacity, &large);
  for (const atoll_object_id& id : large) CHECK_OK(atoll_dereference(client, &id));
  const int64_t second = FillWith(client, 64, options.capacity, &small);
  Say(std::to_string(first) + " " + std::to_string(large.size()) + " " + std::to_string(second) + " " +
      std::to_string(small.size()));
  atoll_detach(client);
  atoll_server_stop(server);
}

// idlers N CGROUP: a store of 1 GiB and N clients of it inside the cgroup. One fills it with small objects
// that all may know until it is refused one, and drops them. Says how it was refused, how many there were,
// and whether they went.
void Idlers(const char* path, char** arguments) {
  Join(arguments[1]);
  const uint64_t count = std::strtoull(arguments[0], nullptr, 10);
  atoll_server_options options = ServerOptions(path, uint64_t{1} << 30);
  options.max_clients = count;
  atoll_server* const server = StartServer(options);
  std::vector<atoll_client*> clients;
  while (clients.size() < count) clients.push_back(Attach(path));
  std::vector<atoll_object_id> ids;
  int64_t code = 0;
  while (code == 0) {
    atoll_object_id id{};
    uint64_t address = 0;
    // Which waits for a moment only: on a busy machine the server may take longer to give up other memory for it.
    for (int tries = 0; tries < 40; ++tries) {
      code = atoll_expect(clients[0], &id);
      if (code != -ATOLL_STORE_FULL) break;
    }
    if (code != 0) break;
    ids.push_back(id);
    // With time, so that it gets what the others, once they have settled, keep warm.
    code = atoll_create(clients[0], &id, 64, 0, 0, 2'000'000'000, &address);
    if (code == 0) CHECK_OK(atoll_seal(clients[0], &id, nullptr));
  }
  const std::string refused = atoll_last_error();
  for (const atoll_object_id& id : ids) CHECK_OK(atoll_dereference(clients[0], &id));
  atoll_stats_t stats{};
  stats.size = sizeof(stats);
  for (int i = 0; i < 10'000; ++i) {
    CHECK_OK(atoll_stats(clients[0], &stats));
    if (stats.objects == 0) break;
    ::usleep(1000);
  }
  Say(std::to_string(code) + " " + std::to_string(ids.size()) + " " + std::to_string(stats.objects) + " " +
      refused);
  for (atoll_client* client : clients) atoll_detach(client);
  atoll_server_stop(server);
}

// fill BYTES CGROUP: a store of that capacity inside the cgroup, filled until it is full.
void Fill(const char* path, char** arguments) {
  Join(arguments[1]);
  const uint64_t capacity = std::strtoull(arguments[0], nullptr, 10);
  atoll_server* const server = StartServer(ServerOptions(path, capacity));
  atoll_client* client = Attach(path);
  std::vector<atoll_object_id> ids;
  const int64_t code = FillWith(client, 3 << 20, capacity, &ids);
  Say(std::to_string(code) + " " + std::to_string(ids.size() * (3 << 20)) + " " + atoll_last_error());
  atoll_detach(client);
  atoll_server_stop(server);
}

// serve_in BYTES CGROUP: a store of that capacity inside the cgroup, until it is told a line.
void ServeIn(const char* path, char** arguments) {
  Join(arguments[1]);
  atoll_server* const server = StartServer(ServerOptions(path, std::strtoull(arguments[0], nullptr, 10)));
  Say("ready");
  Hear();
  atoll_server_stop(server);
}

// fill_from SIZE CGROUP: fills the store from inside the cgroup with objects of that size, says how it ended,
// and keeps them until it is told a line.
void FillFrom(const char* path, char** arguments) {
  Join(arguments[1]);
  atoll_client* client = Attach(path);
  const uint64_t size = std::strtoull(arguments[0], nullptr, 10);
  uint64_t bytes = 0;
  int64_t code = 0;
  for (;; bytes += size) {
    atoll_object_id id{};
    uint64_t address = 0;
    code = atoll_create(client, &id, size, 0, 0, 1'000'000'000, &address);
    if (code != 0) break;
    std::memset(reinterpret_cast<void*>(address), 1, size);
    CHECK_OK(atoll_seal(client, &id, nullptr));
  }
  Say(std::to_string(code) + " " + std::to_string(bytes) + " " + atoll_last_error());
  Hear();
  atoll_detach(client);
}

}  // namespace

const std::vector<Role> kCgroupRoles = {{"fill", Fill, 2},
                                        {"serve_in", ServeIn, 2},
                                        {"fill_from", FillFrom, 2},
                                        {"refill", Refill, 3},
                                        {"idlers", Idlers, 2}};

}  // namespace atollstore::peer
