/** @file
 * C++ over the C ABI: a store's server, on a thread of its own in this process.
 *
 *     auto options = Server::Defaults("/run/user/1000/store/sock", 1 << 30);
 *     options.max_objects = 1'000'000;
 *     auto server = Server::Start(options);
 */
#ifndef ATOLL_SERVER_H_
#define ATOLL_SERVER_H_

#include <utility>

#include "atoll/result.h"

namespace atollstore {
inline namespace v1 {

/** A running server. Stopped at its end, with which the store and all its objects go once the last client has
 * left. Thread-safe, but for its end and moves. */
class Server {
 public:
  /** Options with nothing said but where and how large: the rest follows the capacity (c.h). The path must
   * live until Start() has returned. */
  static atoll_server_options Defaults(const char* socket_path, uint64_t capacity) {
    atoll_server_options options{};
    options.size = sizeof(options);
    options.capacity = capacity;
    options.socket_path = socket_path;
    return options;
  }
  /** As atoll_server_start(). */
  static Result<Server> Start(const atoll_server_options& options) {
    atoll_server* server = nullptr;
    const Status started = Status::Of(atoll_server_start(&options, &server));
    if (!started.ok()) return started;
    return Server(server);
  }
  /** Takes the server over. */
  Server(Server&& other) noexcept : server_(std::exchange(other.server_, nullptr)) {}
  /** Swaps the servers. */
  Server& operator=(Server&& other) noexcept {
    std::swap(server_, other.server_);
    return *this;
  }
  ~Server() {
    if (server_ != nullptr) (void)atoll_server_stop(server_);
  }

  /** With await_farewell: the index of a client that has died and waits for Bury(), or NOT_FOUND. */
  Result<uint64_t> DeadClient() {
    const int64_t client = atoll_server_dead_client(server_);
    if (client < 0) return Status::Of(client);
    return static_cast<uint64_t>(client);
  }
  /** Takes back everything the dead client held. */
  Status Bury(uint64_t client_index) { return Status::Of(atoll_server_bury(server_, client_index)); }

  /** For the functions of c.h; owned by this. */
  atoll_server* handle() const { return server_; }

 private:
  explicit Server(atoll_server* server) : server_(server) {}
  atoll_server* server_;
};

}  // namespace v1
}  // namespace atollstore

#endif  // ATOLL_SERVER_H_
