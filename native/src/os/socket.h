// Unix sockets that keep message boundaries, and descriptors passed over them.
#ifndef ATOLL_OS_SOCKET_H_
#define ATOLL_OS_SOCKET_H_

#include <sys/types.h>

#include <array>
#include <cstddef>
#include <string>

#include "os/unique_fd.h"
#include "result.h"

namespace atollstore::os {

// Which file a listening socket is at its path. After somebody else has taken that away, another one may be there.
struct SocketFile {
  uint64_t device = 0, file = 0;

  bool known() const { return file != 0; }
  bool operator==(const SocketFile&) const = default;
};

// A listening socket of mode 0600 that does not block. A socket of this user that nobody listens to any more is
// replaced; anything else that is there stays, and this fails with ATOLL_ALREADY_EXISTS.
// `file`, if given, is what it is at its path.
Result<UniqueFd> Listen(const std::string& path, SocketFile* file = nullptr);
// What is at that path now; not known when nothing is, or no socket.
SocketFile SocketAt(const std::string& path);
bool NothingAt(const std::string& path);
// Takes the name of that socket of this user away, and of nothing else.
Status RemoveSocket(const std::string& path, const SocketFile& which);
// The path from the root, for a process that may go to another directory.
std::string Absolute(const std::string& path);
// Makes the caller the process that PeerOf() shows to who connects from now on.
Status ListenAgain(int listener);
// With `wait` false a server that is slow to accept is a failure, and the socket does not block; else it
// waits as long as it will wait in Receive() and Send(), too.
Result<UniqueFd> Connect(const std::string& path, bool wait = true);
Status MakeBlocking(int socket);
// Where the other end of a connection listened, empty when that cannot be told.
std::string PathOfPeer(int socket);

// The next connection, or an invalid descriptor when there is none.
UniqueFd Accept(int listener);
// Whether that has just failed for want of descriptors, with a connection waiting.
bool OutOfDescriptors();

struct Peer {
  pid_t pid;  // 0: of another pid namespace
  uid_t uid;
  UniqueFd pidfd;       // invalid when pid is 0, the process is gone, or
  int pidfd_error = 0;  // for this errno
};
Result<Peer> PeerOf(int socket);

using Descriptors = std::array<UniqueFd, 2>;

// The next message, and who sent it, attested by the kernel at that moment: after a socket was inherited that
// is another process than the one that connected it. REQUIRES: the socket comes from a listener of Listen().
// `peer` is what PeerOf() said, and stays so where the kernel cannot tell more (before Linux 6.5), unless the
// two differ: then it has no pidfd, for that is the only sound name of a process.
Result<size_t> ReceiveFrom(int socket, void* data, size_t bytes, Peer* peer, Descriptors* fds = nullptr);
// Takes over a descriptor that another process has connected for this one. ATOLL_INVALID_ARGUMENT when it is
// not a connected socket of the kind that Connect() makes.
Result<UniqueFd> AdoptSocket(int fd);

// One whole message with up to two descriptors. Never raises SIGPIPE.
Status Send(int socket, const void* data, size_t bytes, const int* fds, size_t fd_count);
// Returns the length of the message, 0 at the end of the connection; TIMED_OUT when none came in the time of
// SetTimeout(). Descriptors that were sent land in `fds`.
Result<size_t> Receive(int socket, void* data, size_t bytes, Descriptors* fds);
// How long a server is given to answer.
constexpr int kAnswerSeconds = 30;
// Waits at most this long in Receive() and Send(), not kAnswerSeconds.
Status SetTimeout(int socket, int seconds);

// Takes one message if there is one. Returns its whole length, of which at most `bytes` are in `data`; 0 when
// there is none; -1 when the other end has gone. Never blocks.
int64_t TakeMessage(int socket, void* data, size_t bytes);

// One byte that says "look at the shared memory". Never blocks; a full queue means that one is under way. Returns whether
// it is on its way. Nothing is sent when the number is another file's by now; the same holds for TrySend().
bool Nudge(const Fd& socket);
// A whole message, unless the queue is full. Never blocks.
bool TrySend(const Fd& socket, const void* data, size_t bytes);
// Takes all nudges. Returns false when the other end has gone.
bool TakeNudges(int socket);

}  // namespace atollstore::os

#endif  // ATOLL_OS_SOCKET_H_
