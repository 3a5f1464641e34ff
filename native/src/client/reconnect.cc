// What a client does when its connection ends while the store is supervised: it connects to the same path
// again and says which slot it has, until some server life answers. So it does in any store when somebody else in its
// process has closed the connection. What it holds lies in shared memory and
// is not touched by any of this; who waits goes on waiting. When nobody listens, supervisor and server are
// both dead: who waits is told so, and the client goes on looking for somebody who starts the store again.
#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>

#include "client/client_core.h"
#include "layout/wire.h"
#include "os/socket.h"

namespace atollstore {

bool ClientCore::Supervised() const {
  return control_.header().supervised.load(std::memory_order_relaxed) != 0;
}

void ClientCore::ServerHasGone() {
  server_gone_.store(true);
  end_bell_.Ring();
  // Whoever of this client waits for something will not get it from this server.
  record_->mailbox.Ring();
  for (Bell& bell : record_->object_bells) bell.Ring();
  wishes_->RingAll();
  control_.header().list_bell.Ring();
  control_.header().scheduler_bell.Ring();
  control_.header().pressure_bell.Ring();
  WakeNameQuestions();
}

os::UniqueFd ClientCore::Reach() {
  auto connected = os::Connect(socket_path_, false);
  if (!connected.ok()) {
    if (connected.status().code() == ATOLL_DISCONNECTED) {
      if (!server_gone_.load()) ServerHasGone();
      if (Supervised()) OfferSegments();
    }
    return {};
  }
  const Hello hello{kMagic, kLayoutVersion, me_, record_->epoch.load(), 0};
  if (!os::Send(connected.value().get(), &hello, sizeof(hello), nullptr, 0).ok()) return {};
  return std::move(connected).value();
}

void ClientCore::OfferSegments() {
  auto connected = os::Connect(socket_path_ + kReturnSuffix, false);
  if (!connected.ok()) return;
  const int socket = connected.value().get();
  auto peer = os::PeerOf(socket);
  if (!peer.ok() || peer.value().uid != ::geteuid()) return;
  const Return message{kMagic, kLayoutVersion};
  const int fds[] = {control_memory_->fd(), data_->fd()};
  (void)os::Send(socket, &message, sizeof(message), fds, 2);  // if it does not arrive, the next one will
}

bool ClientCore::Reconnected(os::UniqueFd connection) {
  const int socket = connection.get();
  Welcome welcome;
  auto received = os::Receive(socket, &welcome, sizeof(welcome), nullptr);
  if (!received.ok() || received.value() != sizeof(welcome)) return false;  // that one has died too
  if (welcome.magic != kMagic || welcome.code != ATOLL_OK || welcome.client != me_) {
    forgotten_ = true;  // another store, or one that has buried this client
    ServerHasGone();
    return false;
  }
  if (!os::MakeBlocking(socket).ok() || !os::SetTimeout(socket, os::kAnswerSeconds).ok()) return false;
  if (!socket_.Set(std::move(connection))) return false;
  if (const uint32_t epoch = control_.header().server_epoch.load(); epoch != server_epoch_) {
    server_epoch_ = epoch;
    heap_->ForgetHints();
    pool_->ForgetHints();
  }
  server_gone_.store(false);
  connections_.fetch_add(1, std::memory_order_release);  // pairs with AskForName()
  WakeNameQuestions();
  // What was said while nobody listened.
  os::Nudge(socket_.now());
  return true;
}

}  // namespace atollstore
