#include "client/greeting.h"

#include <unistd.h>

#include <array>
#include <cerrno>

#include "os/process.h"

namespace atollstore {
namespace {

// Why the server did not let this process in.
Status Refused(const Welcome& welcome) {
  const auto code = static_cast<atoll_code>(welcome.code);
  if (welcome.layout_version != kLayoutVersion) {
    return Status::Error(ATOLL_REFUSED, "the server has layout version %u, this client %u",
                         welcome.layout_version, kLayoutVersion);
  }
  switch (static_cast<Refusal>(welcome.client)) {
    case Refusal::kSlots:
      return Status::Error(code, "all %u client slots are in use", welcome.detail);
    case Refusal::kUser:
      return Status::Error(code, "the server refused uid %u: it serves uid %u", welcome.detail, ::geteuid());
    case Refusal::kNamespace:
      return Status::Error(code, "the server refused a process of another pid namespace");
    case Refusal::kNoPidFd:
      errno = static_cast<int>(welcome.detail);
      return Status::Missing(code, "the server cannot watch this process: ", "pidfd_open", os::kPidFdSince);
    case Refusal::kSegments:
      return Status::Error(
          code,
          "the server has no descriptors of its memory any more, which somebody else in its process has "
          "closed: nobody can attach to this store");
    case Refusal::kMemory:
      return Status::Error(code, "no control memory for one more client: memory limits allow no more");
    case Refusal::kHeir:
      return Status::Error(
          code,
          "this process is not the one that connected, or has ended; the server's kernel cannot "
          "attest others (before Linux 6.5)");
    default:
      return Status::Error(code, "the server refused with code %u for reason %u", welcome.code,
                           welcome.client);
  }
}

// What there is to say about a server that is there and does not answer.
Status Silent(const os::Peer& server, const char* name, int seconds) {
  const char* why = os::IsStopped(server.pid)             ? "it is stopped (SIGSTOP, or a debugger)"
                    : os::HasNoDescriptorLeft(server.pid) ? "it has no descriptor left (ulimit -n)"
                                                          : "it is too busy, or hangs";
  return Status::Error(ATOLL_TIMED_OUT, "%s: the server (pid %d) has not answered within %d s: %s", name,
                       server.pid, seconds, why);
}

}  // namespace

Result<Greeting> Greet(int socket, const char* name, uint32_t kind, bool* again, int seconds) {
  ATOLL_RETURN_IF_ERROR(os::SetTimeout(socket, seconds));
  auto peer = os::PeerOf(socket);
  if (!peer.ok()) return peer.status();
  os::Peer& server = peer.value();
  if (server.uid != ::geteuid()) {
    return Status::Error(ATOLL_REFUSED, "the server runs as uid %u, this process as %u", server.uid,
                         ::geteuid());
  }
  if (server.pid == 0) return Status::Error(ATOLL_REFUSED, "the server is in another pid namespace");

  const Hello hello{kMagic, kLayoutVersion, kind, 0, 0};
  const auto killed = [again] {
    *again = true;
    return Status::Error(ATOLL_DISCONNECTED, "the server closed the connection");
  };
  if (!os::Send(socket, &hello, sizeof(hello), nullptr, 0).ok()) return killed();
  Welcome welcome;
  os::Descriptors fds;
  auto received = os::Receive(socket, &welcome, sizeof(welcome), &fds);
  if (received.status().code() == ATOLL_TIMED_OUT) return Silent(server, name, seconds);
  if (!received.ok()) return received.status();
  if (received.value() == 0) return killed();
  if (received.value() != sizeof(welcome) || welcome.magic != kMagic) {
    return Status::Error(ATOLL_REFUSED, "%s: not an Atoll store", name);
  }
  if (welcome.code != ATOLL_OK) {
    // Memory that waits for objects is given up for who comes, which takes a moment.
    *again = static_cast<Refusal>(welcome.client) == Refusal::kMemory;
    return Refused(welcome);
  }
  if (!fds[0].valid() || !fds[1].valid()) {
    return Status::Error(ATOLL_CORRUPT,
                         "the server sent no segments, or this process has no descriptors left for them");
  }
  auto control = os::SharedMemory::Adopt(std::move(fds[0]));
  if (!control.ok()) return control.status();
  auto data = os::SharedMemory::Adopt(std::move(fds[1]));
  if (!data.ok()) return data.status();
  if (control.value().size() < sizeof(Header)) {
    return Status::Error(ATOLL_CORRUPT, "control segment of %lu bytes", control.value().size());
  }
  return Greeting{std::move(server), welcome.client, std::move(control).value(), std::move(data).value()};
}

}  // namespace atollstore
