#include "points/actors.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace atollstore::torture {

Actor::Actor(const std::function<Part()>& make) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) std::abort();
  pid_ = ::fork();
  if (pid_ < 0) std::abort();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::close(ends[0]);
    const Part part = make();
    struct {
      char command;
      size_t operation;
    } asked{};
    for (;;) {
      const bool busy = part.idle != nullptr && part.idle();
      const ssize_t length = ::recv(ends[1], &asked, sizeof(asked), busy ? MSG_DONTWAIT : 0);
      if (length < 0 && errno == EAGAIN) continue;
      if (length != sizeof(asked)) break;
      const std::string text = part.answer(asked.command, &Operations()[asked.operation]) + "\n";
      if (::send(ends[1], text.data(), text.size(), 0) < 0) break;
    }
    ::_exit(0);
  }
  ::close(ends[1]);
  socket_ = ends[0];
  // Ready when it answers.
  (void)Ask('?', 0);
}

Actor::~Actor() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  ::close(socket_);
}

void Actor::Tell(char command, size_t operation) {
  struct {
    char command;
    size_t operation;
  } asking{command, operation};
  (void)!::send(socket_, &asking, sizeof(asking), MSG_NOSIGNAL);
}

std::string Actor::Hear() {
  char text[1024];
  pollfd watched{socket_, POLLIN, 0};
  if (::poll(&watched, 1, 60'000) != 1) return "an actor does not answer";
  const ssize_t length = ::recv(socket_, text, sizeof(text), 0);
  if (length <= 0) return "an actor has died";
  return std::string(text, static_cast<size_t>(length) - 1);
}

}  // namespace atollstore::torture
