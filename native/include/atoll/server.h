// C++ over the C ABI: a store's server, on a thread of its own in this process. Stopped at its end, with
// which the store and all its objects go once the last client has left.
//
//   auto options = Server::Defaults("/run/user/1000/store/sock", 1 << 30);
//   options.max_objects = 1'000'000;
//   auto server = Server::Start(options);
#ifndef ATOLL_SERVER_H_
#define ATOLL_SERVER_H_

#include <utility>

#include "atoll/result.h"

namespace atollstore {

class Server {
 public:
  // Options with nothing said but where and how large: the rest follows the capacity (c.h).
  static atoll_server_options Defaults(const char* socket_path, uint64_t capacity) {
    atoll_server_options options{};
    options.capacity = capacity;
    options.socket_path = socket_path;
    return options;
  }
  static Result<Server> Start(const atoll_server_options& options) {
    atoll_server* server = nullptr;
    const int64_t code = atoll_server_start(&options, &server);
    if (code < 0) return Status(static_cast<atoll_code>(-code));
    return Server(server);
  }
  Server(Server&& other) noexcept : server_(std::exchange(other.server_, nullptr)) {}
  Server& operator=(Server&& other) noexcept {
    std::swap(server_, other.server_);
    return *this;
  }
  ~Server() {
    if (server_ != nullptr) (void)atoll_server_stop(server_);
  }

  // With await_farewell: the index of a client that has died and waits for Bury(), or NOT_FOUND.
  Result<uint64_t> DeadClient() {
    const int64_t client = atoll_server_dead_client(server_);
    if (client < 0) return Status(static_cast<atoll_code>(-client));
    return static_cast<uint64_t>(client);
  }
  // Takes back everything the dead client held.
  Status Bury(uint64_t client_index) {
    const int64_t code = atoll_server_bury(server_, client_index);
    return code >= 0 ? Status() : Status(static_cast<atoll_code>(-code));
  }

  atoll_server* handle() const { return server_; }

 private:
  explicit Server(atoll_server* server) : server_(server) {}
  atoll_server* server_;
};

}  // namespace atollstore

#endif  // ATOLL_SERVER_H_
