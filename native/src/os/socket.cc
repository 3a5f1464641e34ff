#include "os/socket.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstring>
#include <utility>

#include "os/directory.h"
#include "os/file.h"
#include "os/process.h"

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77
#endif
#ifndef SO_PASSPIDFD
#define SO_PASSPIDFD 76
#endif
#ifndef SCM_PIDFD
#define SCM_PIDFD 4
#endif

namespace atollstore::os {
namespace {

// A socket address holds 107 characters; longer paths go through a descriptor of their directory.
Status Address(const std::string& path, sockaddr_un* address, UniqueFd* directory) {
  *address = {};
  address->sun_family = AF_UNIX;
  std::string name = path;
  if (name.size() >= sizeof(address->sun_path)) {
    const size_t slash = name.rfind('/');
    if (slash == std::string::npos)
      return Status::Error(ATOLL_INVALID_ARGUMENT, "socket name too long: %s", path.c_str());
    *directory = UniqueFd(::open(name.substr(0, slash).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!directory->valid()) return Status::System("open(socket directory)");
    name = "/proc/self/fd/" + std::to_string(directory->get()) + name.substr(slash);
  }
  if (name.empty() || name.size() >= sizeof(address->sun_path)) {
    return Status::Error(ATOLL_INVALID_ARGUMENT, "socket path of %zu characters", path.size());
  }
  std::memcpy(address->sun_path, name.c_str(), name.size());
  return {};
}

Result<UniqueFd> NewSocket(int flags) {
  UniqueFd fd(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | flags, 0));
  if (!fd.valid()) return Status::System("socket");
  return fd;
}

// What comes with a message besides its bytes.
struct Message {
  ucred sender{0, static_cast<uid_t>(-1), static_cast<gid_t>(-1)};
  UniqueFd pidfd;  // of the sender
  Descriptors fds;

  // Waits for the next message. Returns its length, 0 at the end of the connection.
  Result<size_t> Take(int socket, void* data, size_t bytes);
};

Result<size_t> Message::Take(int socket, void* data, size_t bytes) {
  iovec part{data, bytes};
  alignas(cmsghdr) char
      control[CMSG_SPACE(sizeof(ucred)) + CMSG_SPACE(sizeof(int)) + CMSG_SPACE(2 * sizeof(int))];
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof(control);
  ssize_t received;
  do {
    received = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  } while (received < 0 && errno == EINTR);
  if (received < 0) {
    if (errno == ECONNRESET) return size_t{0};
    if (errno == EAGAIN || errno == EWOULDBLOCK)
      return Status::Error(ATOLL_TIMED_OUT, "recvmsg: no message came");
    return Status::System("recvmsg");
  }
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET) continue;
    if (header->cmsg_type == SCM_CREDENTIALS) std::memcpy(&sender, CMSG_DATA(header), sizeof(sender));
    if (header->cmsg_type != SCM_PIDFD && header->cmsg_type != SCM_RIGHTS) continue;
    const size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; ++i) {
      int fd;
      std::memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof(int));
      UniqueFd owned(fd);
      if (header->cmsg_type == SCM_PIDFD) {
        pidfd = std::move(owned);
      } else if (i < fds.size()) {
        fds[i] = std::move(owned);
      }
    }
  }
  return static_cast<size_t>(received);
}

std::string DirectoryOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

const char* NameOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return path.c_str() + (slash == std::string::npos ? 0 : slash + 1);
}

// Only who has it binds and unlinks in the directory, as far as that can be had soon: of two that find a dead
// server's socket, the second must not remove the first one's.
void LockShortly(int directory) {
  const timespec pause{0, 1'000'000};
  for (int tries = 0; tries < 1000 && ::flock(directory, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
       ++tries)
    (void)::nanosleep(&pause, nullptr);
}

SocketFile FileOf(const struct stat& about) {
  return {static_cast<uint64_t>(about.st_dev), static_cast<uint64_t>(about.st_ino)};
}

// The socket that was just bound there is this user's alone, whatever the umask.
Status CloseToOthers(const Directory& directory, const char* name, SocketFile* file) {
  const UniqueFd fd(::openat(directory.fd(), name, O_PATH | O_NOFOLLOW | O_CLOEXEC));
  struct stat about;
  if (!fd.valid() || ::fstat(fd.get(), &about) != 0) return SystemAt("openat", directory.fd(), name);
  if (!S_ISSOCK(about.st_mode) || about.st_uid != ::geteuid())
    return Status::Error(ATOLL_ALREADY_EXISTS, "%s: replaced while a socket was made there", name);
  if (file != nullptr) *file = FileOf(about);
  if ((about.st_mode & 0777) == 0600) return {};
  const std::string same = "/proc/self/fd/" + std::to_string(fd.get());
  return ::chmod(same.c_str(), 0600) == 0 ? Status() : SystemAt("chmod", directory.fd(), name);
}

}  // namespace

SocketFile SocketAt(const std::string& path) {
  struct stat about;
  if (::fstatat(AT_FDCWD, path.c_str(), &about, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISSOCK(about.st_mode)) return {};
  return FileOf(about);
}

bool NothingAt(const std::string& path) {
  struct stat about;
  return ::fstatat(AT_FDCWD, path.c_str(), &about, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT;
}

Status RemoveSocket(const std::string& path, const SocketFile& which) {
  auto directory = Directory::Open(DirectoryOf(path));
  if (!directory.ok()) return directory.status();
  LockShortly(directory.value().fd());
  return which.known() && SocketAt(path) == which ? directory.value().RemoveSocket(NameOf(path)) : Status();
}

std::string Absolute(const std::string& path) {
  char here[PATH_MAX];
  if (path.starts_with('/') || ::getcwd(here, sizeof(here)) == nullptr) return path;
  return std::string(here) + "/" + path;
}

Result<UniqueFd> Listen(const std::string& path, SocketFile* file) {
  auto directory = Directory::Open(DirectoryOf(path));
  if (!directory.ok()) return directory.status();
  LockShortly(directory.value().fd());
  sockaddr_un address;
  UniqueFd long_path;
  ATOLL_RETURN_IF_ERROR(Address(path, &address, &long_path));
  auto made = NewSocket(SOCK_NONBLOCK);
  if (!made.ok()) return made;
  UniqueFd fd = std::move(made).value();
  // Before bind, so that the file never has another mode.
  if (::fchmod(fd.get(), 0600) != 0) return Status::System("fchmod(socket)");
  const auto* name = reinterpret_cast<const sockaddr*>(&address);
  if (::bind(fd.get(), name, sizeof(address)) != 0) {
    if (errno != EADDRINUSE) return SystemAt("bind", directory.value().fd(), NameOf(path));
    auto probe = NewSocket(SOCK_NONBLOCK);
    if (!probe.ok()) return probe;
    if (::connect(probe.value().get(), name, sizeof(address)) == 0 || errno != ECONNREFUSED) {
      return Status::Error(ATOLL_ALREADY_EXISTS, "%s: somebody listens there already", path.c_str());
    }
    const Status removed = directory.value().RemoveSocket(NameOf(path));
    if (removed.code() == ATOLL_REFUSED) {
      return Status::Error(ATOLL_ALREADY_EXISTS, "%s: %s is there, and not a socket of this user",
                           path.c_str(), directory.value().KindOf(NameOf(path)).c_str());
    }
    ATOLL_RETURN_IF_ERROR(removed);
    if (::bind(fd.get(), name, sizeof(address)) != 0)
      return SystemAt("bind", directory.value().fd(), NameOf(path));
  }
  ATOLL_RETURN_IF_ERROR(CloseToOthers(directory.value(), NameOf(path), file));
  // Inherited by what is accepted, so that no message comes without its sender.
  const int on = 1;
  if (::setsockopt(fd.get(), SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) != 0) {
    return Status::System("setsockopt(SO_PASSCRED)");
  }
  (void)::setsockopt(fd.get(), SOL_SOCKET, SO_PASSPIDFD, &on, sizeof(on));  // Linux 6.5
  if (::listen(fd.get(), 128) != 0) return Status::System("listen");
  return fd;
}

Status ListenAgain(int listener) {
  return ::listen(listener, 128) == 0 ? Status() : Status::System("listen");
}

Result<UniqueFd> Connect(const std::string& path, bool wait) {
  sockaddr_un address;
  UniqueFd directory;
  ATOLL_RETURN_IF_ERROR(Address(path, &address, &directory));
  auto made = NewSocket(wait ? 0 : SOCK_NONBLOCK);
  if (!made.ok()) return made;
  UniqueFd fd = std::move(made).value();
  if (wait) ATOLL_RETURN_IF_ERROR(SetTimeout(fd.get(), kAnswerSeconds));
  int done;
  do {
    done = ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  } while (done != 0 && errno == EINTR);
  if (done != 0) {
    if (errno == ENOENT || errno == ECONNREFUSED) {
      return Status::Error(ATOLL_DISCONNECTED, "%s: no server there (errno %d)", path.c_str(), errno);
    }
    if (errno == EACCES) return Status::Error(ATOLL_REFUSED, "%s: permission denied", path.c_str());
    if (errno == EAGAIN) {
      return Status::Error(ATOLL_TIMED_OUT, "%s: the server takes no connection%s: is it stopped (SIGSTOP)?",
                           path.c_str(), wait ? " within 30 s" : "");
    }
    return Status::System("connect");
  }
  return fd;
}

std::string PathOfPeer(int socket) {
  sockaddr_un address{};
  socklen_t length = sizeof(address);
  if (::getpeername(socket, reinterpret_cast<sockaddr*>(&address), &length) != 0) return {};
  // One that goes through a descriptor of the listener means nothing here.
  const std::string path(address.sun_path, ::strnlen(address.sun_path, sizeof(address.sun_path)));
  return path.starts_with('/') && !path.starts_with("/proc/self/") ? path : std::string();
}

Status MakeBlocking(int socket) {
  const int flags = ::fcntl(socket, F_GETFL);
  if (flags < 0 || ::fcntl(socket, F_SETFL, flags & ~O_NONBLOCK) != 0)
    return Status::System("fcntl(F_SETFL)");
  return {};
}

UniqueFd Accept(int listener) {
  return UniqueFd(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
}

bool OutOfDescriptors() { return errno == EMFILE || errno == ENFILE; }

Result<Peer> PeerOf(int socket) {
  ucred credentials;
  socklen_t length = sizeof(credentials);
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0) {
    return Status::System("getsockopt(SO_PEERCRED)");
  }
  Peer peer{credentials.pid, credentials.uid, UniqueFd(), 0};
  if (peer.pid == 0) return peer;
  int pidfd = -1;
  length = sizeof(pidfd);
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERPIDFD, &pidfd, &length) == 0) {
    peer.pidfd = UniqueFd(pidfd);
    ::fcntl(pidfd, F_SETFD, FD_CLOEXEC);
    return peer;
  }
  // Before Linux 6.5: the pid may have been reused unless the start time is the same before and after.
  const uint64_t before = StartTime(peer.pid);
  UniqueFd opened(static_cast<int>(::syscall(SYS_pidfd_open, peer.pid, 0)));
  if (!opened.valid() && errno != ESRCH) peer.pidfd_error = errno;
  if (opened.valid() && before != 0 && StartTime(peer.pid) == before) peer.pidfd = std::move(opened);
  return peer;
}

Result<size_t> ReceiveFrom(int socket, void* data, size_t bytes, Peer* peer, Descriptors* fds) {
  Message message;
  auto received = message.Take(socket, data, bytes);
  if (!received.ok()) return received;
  if (message.pidfd.valid() || message.sender.pid != peer->pid) {
    peer->pidfd = std::move(message.pidfd);
    peer->pidfd_error = 0;
  }
  peer->pid = message.sender.pid;
  if (message.sender.uid != peer->uid) peer->pidfd.reset();  // one user has connected, another one speaks
  if (fds != nullptr) *fds = std::move(message.fds);
  return received;
}

Result<UniqueFd> AdoptSocket(int fd) {
  UniqueFd owned(fd);
  int domain = 0, type = 0;
  socklen_t length = sizeof(int);
  sockaddr_un peer;
  socklen_t peer_length = sizeof(peer);
  if (::getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &length) != 0 || domain != AF_UNIX ||
      ::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) != 0 || type != SOCK_SEQPACKET ||
      ::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &peer_length) != 0) {
    return Status::Error(ATOLL_INVALID_ARGUMENT, "descriptor %d: not a connection that atoll_connect() made",
                         fd);
  }
  const int flags = ::fcntl(fd, F_GETFL);
  if (::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 || ::fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) != 0) {
    return Status::System("fcntl");
  }
  return owned;
}

Status Send(int socket, const void* data, size_t bytes, const int* fds, size_t fd_count) {
  iovec part{const_cast<void*>(data), bytes};
  alignas(cmsghdr) char control[CMSG_SPACE(2 * sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (fd_count > 0) {
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(fd_count * sizeof(int));
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(fd_count * sizeof(int));
    std::memcpy(CMSG_DATA(header), fds, fd_count * sizeof(int));
  }
  ssize_t sent;
  do {
    sent = ::sendmsg(socket, &message, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent == static_cast<ssize_t>(bytes) ? Status() : Status::System("sendmsg");
}

Result<size_t> Receive(int socket, void* data, size_t bytes, Descriptors* fds) {
  Message message;
  auto received = message.Take(socket, data, bytes);
  if (received.ok() && fds != nullptr) *fds = std::move(message.fds);
  return received;
}

Status SetTimeout(int socket, int seconds) {
  const timeval limit{seconds, 0};
  if (::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) != 0 ||
      ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) != 0) {
    return Status::System("setsockopt(SO_RCVTIMEO)");
  }
  return {};
}

namespace {
// Whether a recv() that has just failed says so of the connection. Others have found nothing, or the kernel without
// memory: what there is will be found by the next one.
bool HasEnded() { return errno == ECONNRESET || errno == EPIPE || errno == ENOTCONN || errno == EBADF; }
}  // namespace

int64_t TakeMessage(int socket, void* data, size_t bytes) {
  ssize_t taken;
  do {
    taken = ::recv(socket, data, bytes, MSG_DONTWAIT | MSG_TRUNC);
  } while (taken < 0 && errno == EINTR);
  if (taken > 0) return taken;
  return taken == 0 || HasEnded() ? -1 : 0;
}

bool Nudge(const Fd& socket) {
  const char byte = 1;
  if (!socket.ours()) return false;
  // A queue that is full holds a nudge. One that the kernel had no memory for would be missed.
  for (int tries = 0; tries < 100; ++tries) {
    if (::send(socket.number, &byte, 1, MSG_DONTWAIT | MSG_NOSIGNAL) > 0 || errno == EAGAIN) return true;
    if (errno != ENOBUFS && errno != ENOMEM) return false;
    ::sched_yield();
  }
  return false;
}

bool TrySend(const Fd& socket, const void* data, size_t bytes) {
  return socket.ours() && ::send(socket.number, data, bytes, MSG_DONTWAIT | MSG_NOSIGNAL) == static_cast<ssize_t>(bytes);
}

bool TakeNudges(int socket) {
  char bytes[64];
  while (true) {
    const ssize_t taken = ::recv(socket, bytes, sizeof(bytes), MSG_DONTWAIT);
    if (taken > 0) continue;
    if (taken == 0) return false;
    if (errno == EINTR) continue;
    return !HasEnded();
  }
}

}  // namespace atollstore::os
