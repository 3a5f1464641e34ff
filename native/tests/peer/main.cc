#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "peer.h"

namespace atollstore::peer {

void Check(int64_t code, const char* what) {
  if (code >= 0) return;
  std::fprintf(stderr, "peer: %s: %ld %s\n", what, code, atoll_last_error());
  std::_Exit(3);
}

atoll_client* Attach(const char* path) {
  atoll_client* client = nullptr;
  CHECK_OK(atoll_attach(path, nullptr, &client));
  return client;
}

atoll_server_options ServerOptions(const char* path, uint64_t capacity) {
  atoll_server_options options{};
  options.size = sizeof(options);
  options.capacity = capacity;
  options.socket_path = path;
  return options;
}

atoll_server* StartServer(const atoll_server_options& options) {
  atoll_server* server = nullptr;
  CHECK_OK(atoll_server_start(&options, &server));
  return server;
}

atoll_object_id Put(atoll_client* client, uint64_t size, uint8_t fill) {
  atoll_object_id id{};
  uint64_t address = 0;
  CHECK_OK(atoll_create(client, &id, size, 0, 0, 5'000'000'000, &address));
  std::memset(reinterpret_cast<void*>(address), fill, size);
  CHECK_OK(atoll_seal(client, &id, nullptr));
  return id;
}

atoll_object_id Id(char** arguments) {
  return {std::strtoull(arguments[0], nullptr, 10), std::strtoull(arguments[1], nullptr, 10)};
}

std::string Text(const atoll_object_id& id) {
  return std::to_string(id.store) + " " + std::to_string(id.place);
}

void Say(const std::string& line) {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

void Hear() {
  for (int c = 0; c != '\n' && c != EOF;) c = std::getchar();
}

void Rest() {
  for (;;) ::pause();
}

int Main(int argc, char** argv) {
  if (argc < 3) return 2;
  // Whatever happens to the test, this process does not stay.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (const auto* roles : {&kClientRoles, &kConnectionRoles, &kServerRoles, &kCgroupRoles, &kSteppedRoles}) {
    for (const Role& role : *roles) {
      if (std::strcmp(argv[1], role.name) != 0 || argc != 3 + role.arguments) continue;
      role.run(argv[2], argv + 3);
      return 0;
    }
  }
  return 2;
}

}  // namespace atollstore::peer

int main(int argc, char** argv) { return atollstore::peer::Main(argc, argv); }
