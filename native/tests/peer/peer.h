// The other process of the tests: peer ROLE SOCKET [ARGUMENTS]. Says "ready ..." and waits to be told or
// killed. A role is a function; here is what they share.
#ifndef ATOLL_TESTS_PEER_PEER_H_
#define ATOLL_TESTS_PEER_PEER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "atoll/c.h"

namespace atollstore::peer {

struct Role {
  const char* name;
  void (*run)(const char* path, char** arguments);
  int arguments;  // how many
};
extern const std::vector<Role> kClientRoles, kConnectionRoles, kServerRoles, kCgroupRoles, kSteppedRoles;

// Ends the process with status 3 and the last error when a call failed that must not.
void Check(int64_t code, const char* what);
#define CHECK_OK(call) ::atollstore::peer::Check((call), #call)

atoll_client* Attach(const char* path);
atoll_server_options ServerOptions(const char* path, uint64_t capacity);
atoll_server* StartServer(const atoll_server_options& options);
// A sealed object of `size` bytes, each `fill`.
atoll_object_id Put(atoll_client* client, uint64_t size, uint8_t fill);

// An id as two arguments, and back.
atoll_object_id Id(char** arguments);
std::string Text(const atoll_object_id& id);

void Say(const std::string& line);
// Waits for a line, or the end of the input.
void Hear();
[[noreturn]] void Rest();

}  // namespace atollstore::peer

#endif  // ATOLL_TESTS_PEER_PEER_H_
