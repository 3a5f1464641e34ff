// The first words between a process and a store's server, after which the process has the store's segments.
#ifndef ATOLL_CLIENT_GREETING_H_
#define ATOLL_CLIENT_GREETING_H_

#include <string>

#include "layout/wire.h"
#include "os/shared_memory.h"
#include "os/socket.h"
#include "result.h"

namespace atollstore {

struct Greeting {
  os::Peer server;
  uint32_t client;  // the slot that it has given out, 0 to who only looks
  os::SharedMemory control, data;
};

// Says hello over a new connection. `name` is for what there is to say about a failure. Sets *again when the
// server was killed meanwhile, which another one may follow, or has no memory for one more yet. `kind` as
// Hello::client: 0 or kLooks.
Result<Greeting> Greet(int socket, const char* name, uint32_t kind, bool* again,
                       int seconds = os::kAnswerSeconds);

}  // namespace atollstore

#endif  // ATOLL_CLIENT_GREETING_H_
