// A store that was left by its supervisor and its server in the same moment, taken back from its clients.
#include <poll.h>
#include <unistd.h>

#include <cstdio>

#include "layout/geometry.h"
#include "layout/wire.h"
#include "os/socket.h"
#include "os/sync.h"
#include "server/segments.h"

namespace atollstore {
namespace {

constexpr int64_t kWaitNanos = 1'000'000'000;  // clients come every 200 ms
constexpr int kAnswerSeconds = 1;

// Looks at nothing but what tells a store that may be served from anything else; the server checks the rest,
// as it does with what its own predecessor has left.
Status Check(const Segments& segments, uint64_t* store) {
  auto mapping = os::Mapping::Map(segments.control, os::Mapping::Access::kRead);
  if (!mapping.ok()) return mapping.status();
  if (segments.control.size() < sizeof(Header)) {
    return Status::Error(ATOLL_CORRUPT, "control segment of %lu bytes", segments.control.size());
  }
  const Header& header = *reinterpret_cast<const Header*>(mapping.value().data());
  auto geometry = Geometry::OfHeader(header, segments.control.size(), segments.data.size());
  if (!geometry.ok()) return geometry.status();
  if (header.supervised.load() == 0) return Status::Error(ATOLL_REFUSED, "not of an atoll-store");
  if (header.stopped.load() != 0) return Status::Error(ATOLL_REFUSED, "of a store that was closed");
  *store = header.store.load();
  return segments.control.Lock().status();  // let go again: the server that is started takes it
}

Result<Segments> Take(int giver, uint64_t* store) {
  ATOLL_RETURN_IF_ERROR(os::MakeBlocking(giver));
  ATOLL_RETURN_IF_ERROR(os::SetTimeout(giver, kAnswerSeconds));
  auto peer = os::PeerOf(giver);
  if (!peer.ok()) return peer.status();
  Return message{};
  os::Descriptors fds;
  auto received = os::ReceiveFrom(giver, &message, sizeof(message), &peer.value(), &fds);
  if (!received.ok()) return received.status();
  if (peer.value().uid != ::geteuid() || !peer.value().pidfd.valid()) {
    return Status::Error(ATOLL_REFUSED, "from uid %u", peer.value().uid);
  }
  if (received.value() != sizeof(message) || message.magic != kMagic ||
      message.layout_version != kLayoutVersion || !fds[0].valid() || !fds[1].valid()) {
    return Status::Error(ATOLL_CORRUPT, "%zu bytes that are no offer of this version", received.value());
  }
  auto segments = Segments::Adopt(std::move(fds[0]), std::move(fds[1]), {}, {});
  if (segments.ok()) ATOLL_RETURN_IF_ERROR(Check(segments.value(), store));
  return segments;
}

Result<Segments> Await(int listener, uint64_t* store) {
  const auto deadline = os::Deadline::After(kWaitNanos);
  while (!deadline.passed()) {
    pollfd watched{listener, POLLIN, 0};
    if (::poll(&watched, 1, deadline.left_ms()) <= 0) continue;
    const os::UniqueFd giver = os::Accept(listener);
    if (!giver.valid()) continue;
    auto segments = Take(giver.get(), store);
    if (segments.ok()) return segments;
    std::fprintf(stderr, "atoll-store: memory given back is not taken: %s\n", LastError());
  }
  return Status::Error(ATOLL_NOT_FOUND, "no client has a store to give back");
}

}  // namespace

Result<Segments> Segments::GivenBack(const atoll_server_options& options) {
  const std::string path = options.socket_path;
  // A store that was closed removes its socket.
  if (::access(path.c_str(), F_OK) != 0) return Status(ATOLL_NOT_FOUND);
  if (os::Connect(path, false).status().code() != ATOLL_DISCONNECTED) return Status(ATOLL_NOT_FOUND);
  const std::string returns = path + kReturnSuffix;
  auto listener = os::Listen(returns);
  if (!listener.ok()) return listener.status();
  uint64_t store = 0;
  auto segments = Await(listener.value().get(), &store);
  (void)os::RemoveSocket(returns, os::SocketAt(returns));
  if (segments.ok()) ATOLL_RETURN_IF_ERROR(segments.value().Open(options, store));
  return segments;
}

}  // namespace atollstore
