// How a process comes to its connection, or is refused one.
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "peer.h"
#include "sandbox.h"

namespace atollstore::peer {
namespace {

// inherit FD: attaches over the connection it has inherited, after its parent has gone if that is `orphan`;
// then makes an object for each line it reads.
void Inherit(const char*, char** arguments) {
  ::prctl(PR_SET_PDEATHSIG, 0);  // the end of its input ends it
  while (std::strcmp(arguments[1], "orphan") == 0 && ::getppid() == std::atoi(arguments[2])) ::usleep(1000);
  atoll_client* client = nullptr;
  CHECK_OK(atoll_attach_fd(std::atoi(arguments[0]), nullptr, &client));
  Say("ready " + std::to_string(atoll_client_index(client)) + " " + std::to_string(::getpid()));
  for (char line[64]; std::fgets(line, sizeof(line), stdin) != nullptr;) Say(Text(Put(client, 100, 5)));
}

// hand: connects, hands that down to a child, and dies before the child has said hello.
void HandDown(const char* path, char**) {
  const auto connection = static_cast<int>(atoll_connect(path));
  CHECK_OK(connection);
  const pid_t parent = ::getpid();
  if (::fork() != 0) return;
  if (::fcntl(connection, F_SETFD, 0) != 0) std::_Exit(4);
  ::execl("/proc/self/exe", "peer", "inherit", path, std::to_string(connection).c_str(), "orphan",
          std::to_string(parent).c_str(), nullptr);
  std::_Exit(4);
}

// as UID: tries to attach as another user.
void As(const char* path, char** arguments) {
  const auto user = static_cast<uid_t>(std::atoi(arguments[0]));
  if (::setgid(user) != 0 || ::setuid(user) != 0) std::_Exit(4);
  atoll_client* client = nullptr;
  const int64_t code = atoll_attach(path, nullptr, &client);
  Say(std::to_string(code) + " " + atoll_last_error());
}

// Closes the first descriptor of that kind, as a library with a mistake may. With `reused` its number is another file's at
// once, which can be read and written.
void CloseOne(const char* kind, bool reused, int file) {
  bool closed = false;
  for (int fd = 3; fd < 64 && !closed; ++fd) {  // then there may be another one
    char target[64] = "";
    const std::string link = "/proc/self/fd/" + std::to_string(fd);
    if (::readlink(link.c_str(), target, sizeof(target) - 1) <= 0 || std::strstr(target, kind) == nullptr) continue;
    if (reused) {
      CHECK_OK(::dup2(file, fd));
    } else {
      CHECK_OK(::close(fd));
    }
    closed = true;
  }
  if (!closed) std::_Exit(4);
}

int OwnFile() {
  const int file = static_cast<int>(::memfd_create("mine", MFD_CLOEXEC));
  CHECK_OK(file);
  CHECK_OK(::pwrite(file, "mine", 4, 0));
  return file;
}

// lose HOW KIND: closes a client's descriptor of that kind. Says what it can do then, what was written into the file, and
// "gone" at the end of its server.
void Lose(const char* path, char** arguments) {
  ::dup2(STDOUT_FILENO, STDERR_FILENO);
  atoll_client* client = Attach(path);
  const int file = OwnFile();
  CloseOne(arguments[1], std::strcmp(arguments[0], "reused") == 0, file);
  const atoll_object_id id = Put(client, 4 << 20, 1);  // which wakes the thread that watches
  CHECK_OK(atoll_publish(client, "name", &id, ATOLL_FOREVER));
  CHECK_OK(atoll_unpublish(client, "name", ATOLL_FOREVER));
  Say("here, " + std::to_string(::lseek(file, 0, SEEK_END)) + " bytes");
  CHECK_OK(atoll_await_server_exit(client, ATOLL_FOREVER));
  Say("gone");
}

// blind HOW KIND: a server that closes its descriptor of that kind when it is told to.
void Blind(const char* path, char** arguments) {
  ::dup2(STDOUT_FILENO, STDERR_FILENO);
  const int file = OwnFile();
  StartServer(ServerOptions(path, 64 << 20));
  Say("ready");
  char line[16];
  if (std::fgets(line, sizeof(line), stdin) == nullptr) return;
  CloseOne(arguments[1], std::strcmp(arguments[0], "reused") == 0, file);
  Rest();
}

// A server of that capacity. Says "ready", or what is against it.
void ServeOrSay(const char* path, uint64_t capacity) {
  const atoll_server_options options = ServerOptions(path, capacity);
  atoll_server* server = nullptr;
  const int64_t code = atoll_server_start(&options, &server);
  Say(code == 0 ? "ready" : std::to_string(code) + " " + atoll_last_error());
  if (code == 0) Rest();
}

// without CALL ERRNO serve|attach: a server, or a client, in a sandbox that forbids the call in that way.
void Without(const char* path, char** arguments) {
  if (!atollstore::Forbid(arguments[0], std::atoi(arguments[1]))) return Say("no sandbox");
  if (std::strcmp(arguments[2], "serve") == 0) return ServeOrSay(path, 64 << 20);
  atoll_client* client = nullptr;
  const int64_t code = atoll_attach(path, nullptr, &client);
  Say(code == 0 ? "ready" : std::to_string(code) + " " + atoll_last_error());
  if (code == 0) atoll_detach(client);
}

}  // namespace

const std::vector<Role> kConnectionRoles = {{"as", As, 1},
                                            {"lose", Lose, 2},
                                            {"blind", Blind, 2},
                                            {"inherit", Inherit, 3},
                                            {"hand", HandDown, 0},
                                            {"without", Without, 3}};

}  // namespace atollstore::peer
