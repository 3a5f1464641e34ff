// A directory for the sockets of one fuzzing process, and the server options of its stores.
#ifndef ATOLL_FUZZ_SCRATCH_H_
#define ATOLL_FUZZ_SCRATCH_H_

#include <stdlib.h>
#include <unistd.h>

#include <string>

#include "atoll/c.h"
#include "input.h"

namespace atollstore::fuzz {

inline const std::string& SocketPath() {
  static const std::string path = [] {
    static char name[] = "/tmp/atoll-fuzz-XXXXXX";
    if (::mkdtemp(name) == nullptr) ::abort();
    ::atexit([] { (void)::rmdir(name); });
    return std::string(name) + "/store.sock";
  }();
  return path;
}

inline atoll_server_options Tiny() {
  atoll_server_options options{};
  options.size = sizeof(options);
  options.capacity = kCapacity;
  options.extent_bytes = kExtentBytes;
  options.max_objects = kObjects;
  options.max_clients = kClients;
  options.ring_bytes = 4096;
  options.socket_path = SocketPath().c_str();
  return options;
}

}  // namespace atollstore::fuzz

#endif  // ATOLL_FUZZ_SCRATCH_H_
