// C++ over the C ABI: a store's server, on a thread of its own in this process. Stopped at its end.
#ifndef ATOLL_SERVER_H_
#define ATOLL_SERVER_H_

#include <utility>

#include "atoll/result.h"

namespace atollstore {

class Server {
 public:
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
  atoll_server* handle() const { return server_; }

 private:
  explicit Server(atoll_server* server) : server_(server) {}
  atoll_server* server_;
};

}  // namespace atollstore

#endif  // ATOLL_SERVER_H_
