// A client that speaks the socket's bytes by hand, and so may say anything.
#ifndef ATOLL_FUZZ_RAW_CLIENT_H_
#define ATOLL_FUZZ_RAW_CLIENT_H_

#include <fcntl.h>

#include <array>
#include <string>

#include "layout/wire.h"
#include "os/socket.h"
#include "os/unique_fd.h"

namespace atollstore::fuzz {

class RawClient {
 public:
  explicit RawClient(const std::string& path) {
    auto connected = os::Connect(path);
    if (connected.ok()) socket_ = std::move(connected).value();
  }
  void Say(const void* bytes, size_t count) {
    if (socket_.valid()) (void)os::Send(socket_.get(), bytes, count, nullptr, 0);
  }
  void SayHello() {
    Hello hello{};
    hello.magic = kMagic;
    hello.layout_version = kLayoutVersion;
    Say(&hello, sizeof(hello));
  }
  // The index that the server has given it, 0 when none.
  uint32_t Heard() {
    Welcome welcome{};
    std::array<os::UniqueFd, 2> fds;
    if (!socket_.valid() || ::fcntl(socket_.get(), F_SETFL, O_NONBLOCK) != 0) return 0;
    auto received = os::Receive(socket_.get(), &welcome, sizeof(welcome), &fds);
    return received.ok() && received.value() == sizeof(welcome) && welcome.code == ATOLL_OK ? welcome.client
                                                                                            : 0;
  }
  os::Fd socket() const { return socket_.fd(); }
  void Leave() { socket_ = os::UniqueFd(); }

 private:
  os::UniqueFd socket_;
};

}  // namespace atollstore::fuzz

#endif  // ATOLL_FUZZ_RAW_CLIENT_H_
