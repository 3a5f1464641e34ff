// The other process of the tests: peer COMMAND SOCKET [ARGUMENTS]. Says "ready ..." and waits to be told or
// killed.
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "atoll/c.h"
#include "hungry.h"
#include "sandbox.h"
#include "storm.h"

namespace {

void Check(int64_t code, const char* what) {
  if (code >= 0) return;
  std::fprintf(stderr, "peer: %s: %ld %s\n", what, code, atoll_last_error());
  std::_Exit(3);
}
#define CHECK_OK(call) Check((call), #call)

atoll_client* Attach(const char* path) {
  atoll_client* client = nullptr;
  CHECK_OK(atoll_attach(path, nullptr, &client));
  return client;
}

void Say(const std::string& line) {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

[[noreturn]] void Rest() {
  for (;;) ::pause();
}

atoll_object_id Id(char** arguments) {
  return {std::strtoull(arguments[0], nullptr, 10), std::strtoull(arguments[1], nullptr, 10)};
}

std::string Text(const atoll_object_id& id) {
  return std::to_string(id.store) + " " + std::to_string(id.place);
}

atoll_object_id Put(atoll_client* client, uint64_t size, uint8_t fill) {
  atoll_object_id id{};
  uint64_t address = 0;
  CHECK_OK(atoll_create(client, &id, size, 0, 0, 5'000'000'000, &address));
  std::memset(reinterpret_cast<void*>(address), fill, size);
  CHECK_OK(atoll_seal(client, &id, nullptr));
  return id;
}

// hold ID: pins it.
void Hold(const char* path, char** arguments) {
  atoll_client* client = Attach(path);
  const atoll_object_id id = Id(arguments);
  atoll_view view;
  CHECK_OK(atoll_get(client, &id, 5'000'000'000, &view));
  Say("ready " + std::to_string(view.offset) + " " +
      std::to_string(*reinterpret_cast<const uint8_t*>(view.address)));
  Rest();
}

// create ID BYTES: begins it and does not end it.
void Create(const char* path, char** arguments) {
  atoll_client* client = Attach(path);
  atoll_object_id id = Id(arguments);
  uint64_t address = 0;
  CHECK_OK(
      atoll_create(client, &id, std::strtoull(arguments[2], nullptr, 10), 0, 0, 5'000'000'000, &address));
  Say("ready " + std::to_string(atoll_client_index(client)));
  Rest();
}

// put COUNT BYTES: makes objects and keeps its references to them.
void PutMany(const char* path, char** arguments) {
  atoll_client* client = Attach(path);
  atoll_object_id id{};
  for (int i = std::atoi(arguments[0]); i > 0; --i)
    id = Put(client, std::strtoull(arguments[1], nullptr, 10), 17);
  Say("ready " + Text(id));
  Rest();
}

// find NAME: waits for the named object and tells its first byte.
void Find(const char* path, char** arguments) {
  atoll_client* client = Attach(path);
  atoll_object_id id{};
  CHECK_OK(atoll_lookup(client, arguments[0], &id));
  atoll_view view;
  CHECK_OK(atoll_get(client, &id, 10'000'000'000, &view));
  Say("ready " + std::to_string(id.place) + " " +
      std::to_string(*reinterpret_cast<const uint8_t*>(view.address)));
}

// publish NAME: gives an object of 100 bytes a name and lets go of it.
void Publish(const char* path, char** arguments) {
  atoll_client* client = Attach(path);
  const atoll_object_id id = Put(client, 100, 21);
  CHECK_OK(atoll_publish(client, arguments[0], &id));
  CHECK_OK(atoll_dereference(client, &id));
  Say("ready");
  Rest();
}

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

// contain ID: makes a container of it, sealed in an expected object ID2, and keeps nothing.
void Contain(const char* path, char** arguments) {
  atoll_client* client = Attach(path);
  const atoll_object_id child = Put(client, 1000, 99);
  atoll_object_id container = Id(arguments);
  uint64_t address = 0;
  CHECK_OK(atoll_create(client, &container, 10, 1, 0, 5'000'000'000, &address));
  CHECK_OK(atoll_seal(client, &container, &child));
  ::kill(::getpid(), SIGKILL);
}

// scribble ID: writes through a view.
void Scribble(const char* path, char** arguments) {
  atoll_client* client = Attach(path);
  const atoll_object_id id = Id(arguments);
  atoll_view view;
  CHECK_OK(atoll_get(client, &id, 0, &view));
  *reinterpret_cast<volatile uint8_t*>(view.address) = 1;
  Say("wrote");
}

// message: writes into its ring, then rests.
void Message(const char* path, char**) {
  atoll_client* client = Attach(path);
  const auto index = static_cast<uint64_t>(atoll_client_index(client));
  uint64_t address = 0, bytes = 0;
  CHECK_OK(atoll_ring(client, index, ATOLL_RING_UP, &address, &bytes));
  const atoll_object_id id = Put(client, 3000, 5);
  std::memcpy(reinterpret_cast<void*>(address), &id, sizeof(id));
  Say("ready " + std::to_string(index));
  Rest();
}

// as UID: tries to attach as another user.
void As(const char* path, char** arguments) {
  const auto user = static_cast<uid_t>(std::atoi(arguments[0]));
  if (::setgid(user) != 0 || ::setuid(user) != 0) std::_Exit(4);
  atoll_client* client = nullptr;
  const int64_t code = atoll_attach(path, nullptr, &client);
  Say(std::to_string(code) + " " + atoll_last_error());
}

// watch: says so when the server has gone.
void Watch(const char* path, char**) {
  atoll_client* client = Attach(path);
  Say("ready");
  CHECK_OK(atoll_await_server_exit(client, ATOLL_FOREVER));
  atoll_view view;
  atoll_object_id id{};
  CHECK_OK(atoll_expect(client, &id));
  Say("gone " + std::to_string(atoll_get(client, &id, ATOLL_FOREVER, &view)));
}

// lose HOW: closes the descriptor by which it watches the server, as a library with a mistake may; with `reused` its
// number is another file's at once, which can be read. Then as watch.
void Lose(const char* path, char** arguments) {
  ::dup2(STDOUT_FILENO, STDERR_FILENO);
  atoll_client* client = Attach(path);
  int pipes[2];
  CHECK_OK(::pipe(pipes));
  CHECK_OK(::write(pipes[1], "x", 1));
  int closed = 0;
  for (int fd = 3; fd < 64; ++fd) {
    char target[64] = "";
    const std::string link = "/proc/self/fd/" + std::to_string(fd);
    if (::readlink(link.c_str(), target, sizeof(target) - 1) <= 0 || std::strstr(target, "pidfd") == nullptr) continue;
    if (std::strcmp(arguments[0], "reused") == 0) {
      CHECK_OK(::dup2(pipes[0], fd));
    } else {
      CHECK_OK(::close(fd));
    }
    ++closed;
  }
  if (closed != 1) std::_Exit(4);
  (void)Put(client, 4 << 20, 1);  // which wakes the thread that watches
  Say("here");
  CHECK_OK(atoll_await_server_exit(client, ATOLL_FOREVER));
  Say("gone");
}

// serve BYTES: a server of its own.
void Serve(const char* path, char** arguments) {
  atoll_server_options options{};
  options.size = sizeof(options);
  options.capacity = std::strtoull(arguments[0], nullptr, 10);
  options.socket_path = path;
  atoll_server* server = nullptr;
  CHECK_OK(atoll_server_start(&options, &server));
  Say("ready");
  Rest();
}

// crash DIRECTORY MARKER: dies, leaving a core in the directory, with an object pinned, another half written,
// and the server in the same process; both objects are full of MARKER, and so are 64 KiB of its own memory,
// with the bits turned round.
void Crash(const char* path, char** arguments) {
  const uint64_t marker = std::strtoull(arguments[1], nullptr, 10);
  atoll_server_options options{};
  options.size = sizeof(options);
  options.capacity = 64 << 20;
  options.socket_path = path;
  atoll_server* server = nullptr;
  CHECK_OK(atoll_server_start(&options, &server));
  atoll_client* client = Attach(path);
  constexpr uint64_t kBytes = 4 << 20;
  const auto fill = [&](uint64_t address, uint64_t bytes, uint64_t with) {
    for (uint64_t at = 0; at < bytes; at += sizeof(with)) *reinterpret_cast<uint64_t*>(address + at) = with;
  };
  atoll_object_id id{}, unsealed{};
  uint64_t address = 0;
  CHECK_OK(atoll_create(client, &id, kBytes, 0, 0, 5'000'000'000, &address));
  fill(address, kBytes, marker);
  CHECK_OK(atoll_seal(client, &id, nullptr));
  atoll_view view;
  CHECK_OK(atoll_get(client, &id, 0, &view));
  CHECK_OK(atoll_create(client, &unsealed, kBytes, 0, 0, 5'000'000'000, &address));
  fill(address, kBytes, marker);
  uint64_t seen = 0;
  for (uint64_t at = 0; at < kBytes; at += 4096)
    seen += *reinterpret_cast<const uint64_t*>(view.address + at);
  std::vector<uint64_t> own(8192);
  fill(reinterpret_cast<uint64_t>(own.data()), own.size() * sizeof(own[0]), ~marker);
  const rlimit whole{RLIM_INFINITY, RLIM_INFINITY};
  if (seen == 0 || ::chdir(arguments[0]) != 0 || ::setrlimit(RLIMIT_CORE, &whole) != 0) std::_Exit(4);
  ::signal(SIGSEGV, SIG_DFL);
  ::raise(SIGSEGV);
}

// A server of that capacity. Says "ready", or what is against it.
void ServeOrSay(const char* path, uint64_t capacity) {
  atoll_server_options options{};
  options.size = sizeof(options);
  options.capacity = capacity;
  options.socket_path = path;
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

// Puts this process into the cgroup.
void Join(const char* path) {
  std::FILE* group = std::fopen((std::string(path) + "/cgroup.procs").c_str(), "w");
  if (group == nullptr || std::fprintf(group, "%d\n", ::getpid()) < 0 || std::fclose(group) != 0)
    std::_Exit(4);
}

// Seals objects of that size until there is no room or `most` bytes are there. Returns the last code.
int64_t FillWith(atoll_client* client, uint64_t size, uint64_t most, std::vector<atoll_object_id>* ids) {
  int64_t code = 0;
  for (uint64_t bytes = 0; bytes < most; bytes += size) {
    atoll_object_id id{};
    uint64_t address = 0;
    code = atoll_create(client, &id, size, 0, 0, 100'000'000, &address);
    if (code != 0) break;
    std::memset(reinterpret_cast<void*>(address), 1, size);
    CHECK_OK(atoll_seal(client, &id, nullptr));
    ids->push_back(id);
  }
  return code;
}

// refill BYTES CGROUP OBJECTS: a store of that capacity and that many entries inside the cgroup, filled with
// large objects, emptied, and filled with the smallest ones.
void Refill(const char* path, char** arguments) {
  Join(arguments[1]);
  atoll_server_options options{};
  options.size = sizeof(options);
  options.capacity = std::strtoull(arguments[0], nullptr, 10);
  options.max_objects = std::strtoull(arguments[2], nullptr, 10);
  options.socket_path = path;
  atoll_server* server = nullptr;
  CHECK_OK(atoll_server_start(&options, &server));
  atoll_client* client = Attach(path);
  std::vector<atoll_object_id> large, small;
  small.reserve(options.max_objects);
  const int64_t first = FillWith(client, 3 << 20, options.capacity, &large);
  for (const atoll_object_id& id : large) CHECK_OK(atoll_dereference(client, &id));
  const int64_t second = FillWith(client, 64, options.capacity, &small);
  Say(std::to_string(first) + " " + std::to_string(large.size()) + " " + std::to_string(second) + " " +
      std::to_string(small.size()));
  atoll_detach(client);
  atoll_server_stop(server);
}

// idlers N CGROUP: a store of 1 GiB and N clients of it inside the cgroup. One fills it with small objects that all
// may know until it is refused one, and drops them. Says how it was refused, how many there were, and whether they
// went.
void Idlers(const char* path, char** arguments) {
  Join(arguments[1]);
  const uint64_t count = std::strtoull(arguments[0], nullptr, 10);
  atoll_server_options options{};
  options.size = sizeof(options);
  options.capacity = uint64_t{1} << 30;
  options.max_clients = count;
  options.socket_path = path;
  atoll_server* server = nullptr;
  CHECK_OK(atoll_server_start(&options, &server));
  std::vector<atoll_client*> clients;
  while (clients.size() < count) clients.push_back(Attach(path));
  std::vector<atoll_object_id> ids;
  int64_t code = 0;
  while (code == 0) {
    atoll_object_id id{};
    uint64_t address = 0;
    code = atoll_expect(clients[0], &id);
    if (code != 0) break;
    ids.push_back(id);
    code = atoll_create(clients[0], &id, 64, 0, 0, 0, &address);
    if (code == 0) CHECK_OK(atoll_seal(clients[0], &id, nullptr));
  }
  const std::string refused = atoll_last_error();
  for (const atoll_object_id& id : ids) CHECK_OK(atoll_dereference(clients[0], &id));
  atoll_stats_t stats{};
  stats.size = sizeof(stats);
  for (int i = 0; i < 10'000; ++i) {
    CHECK_OK(atoll_stats(clients[0], &stats));
    if (stats.objects == 0) break;
    ::usleep(1000);
  }
  Say(std::to_string(code) + " " + std::to_string(ids.size()) + " " + std::to_string(stats.objects) + " " + refused);
  for (atoll_client* client : clients) atoll_detach(client);
  atoll_server_stop(server);
}

// limited BYTES: a store of 64 MiB in a process with so many addresses. Says how many objects it has room for.
void Limited(const char* path, char** arguments) {
  const rlimit addresses{std::strtoull(arguments[0], nullptr, 10), RLIM_INFINITY};
  CHECK_OK(::setrlimit(RLIMIT_AS, &addresses));
  atoll_server_options options{};
  options.size = sizeof(options);
  options.capacity = 64 << 20;
  options.socket_path = path;
  atoll_server* server = nullptr;
  if (const int64_t code = atoll_server_start(&options, &server); code != 0)
    return Say(std::to_string(code) + " 0 " + atoll_last_error());
  atoll_client* client = nullptr;
  if (const int64_t code = atoll_attach(path, nullptr, &client); code != 0) {
    Say(std::to_string(code) + " 0 " + atoll_last_error());
    atoll_server_stop(server);
    return;
  }
  Put(client, 4 << 20, 1);
  atoll_stats_t stats{};
  stats.size = sizeof(stats);
  CHECK_OK(atoll_stats(client, &stats));
  Say("0 " + std::to_string(stats.max_objects));
  atoll_detach(client);
  atoll_server_stop(server);
}

// fill BYTES CGROUP: a store of that capacity inside the cgroup, filled until it is full.
void Fill(const char* path, char** arguments) {
  Join(arguments[1]);
  atoll_server_options options{};
  options.size = sizeof(options);
  options.capacity = std::strtoull(arguments[0], nullptr, 10);
  options.socket_path = path;
  atoll_server* server = nullptr;
  CHECK_OK(atoll_server_start(&options, &server));
  atoll_client* client = Attach(path);
  std::vector<atoll_object_id> ids;
  const int64_t code = FillWith(client, 3 << 20, options.capacity, &ids);
  Say(std::to_string(code) + " " + std::to_string(ids.size() * (3 << 20)) + " " + atoll_last_error());
  atoll_detach(client);
  atoll_server_stop(server);
}
// Waits for a line, or the end of the input.
void Hear() {
  for (int c = 0; c != '\n' && c != EOF;) c = std::getchar();
}

// serve_in BYTES CGROUP: a store of that capacity inside the cgroup, until it is told a line.
void ServeIn(const char* path, char** arguments) {
  Join(arguments[1]);
  atoll_server_options options{};
  options.size = sizeof(options);
  options.capacity = std::strtoull(arguments[0], nullptr, 10);
  options.socket_path = path;
  atoll_server* server = nullptr;
  CHECK_OK(atoll_server_start(&options, &server));
  Say("ready");
  Hear();
  atoll_server_stop(server);
}

// fill_from SIZE CGROUP: fills the store from inside the cgroup with objects of that size, says how it ended,
// and keeps them until it is told a line.
void FillFrom(const char* path, char** arguments) {
  Join(arguments[1]);
  atoll_client* client = Attach(path);
  const uint64_t size = std::strtoull(arguments[0], nullptr, 10);
  uint64_t bytes = 0;
  int64_t code = 0;
  for (;; bytes += size) {
    atoll_object_id id{};
    uint64_t address = 0;
    code = atoll_create(client, &id, size, 0, 0, 100'000'000, &address);
    if (code != 0) break;
    std::memset(reinterpret_cast<void*>(address), 1, size);
    CHECK_OK(atoll_seal(client, &id, nullptr));
  }
  Say(std::to_string(code) + " " + std::to_string(bytes) + " " + atoll_last_error());
  Hear();
  atoll_detach(client);
}

// quiet: the warm paths under a filter that kills for any system call.
void Quiet(const char* path, char**) {
  atoll_client* client = Attach(path);
  const atoll_object_id hot = Put(client, 100'000, 3);
  std::vector<atoll_object_id> ids;
  for (int i = 0; i < 1000; ++i) ids.push_back(Put(client, 1024, 1));
  for (const atoll_object_id& id : ids) CHECK_OK(atoll_dereference(client, &id));
  // Until the background thread has what it wants, for a lock that it holds is waited for with a system call.
  atoll_stats_t stats{};
  stats.size = sizeof(stats);
  uint64_t leased = 0;
  for (int quiet = 0; quiet < 20;) {
    ::usleep(1000);
    CHECK_OK(atoll_stats(client, &stats));
    quiet = stats.objects == 1 && stats.extents_of_clients == leased ? quiet + 1 : 0;
    leased = stats.extents_of_clients;
  }

  sock_filter rules[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
  };
  const sock_fprog program{sizeof(rules) / sizeof(rules[0]), rules};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) std::_Exit(4);
  if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) std::_Exit(4);
  int64_t code = 0;
  atoll_view view;
  for (int i = 0; i < 100'000 && code == 0; ++i) {
    code = atoll_get(client, &hot, ATOLL_FOREVER, &view);
    if (code == 0) code = atoll_release(client, &hot);
  }
  for (int i = 0; i < 500 && code == 0; ++i) {
    atoll_object_id id{};
    uint64_t address = 0;
    code = atoll_create(client, &id, 1024, 0, 0, ATOLL_FOREVER, &address);
    if (code != 0) break;
    std::memset(reinterpret_cast<void*>(address), 2, 1024);
    code = atoll_seal(client, &id, nullptr);
    if (code == 0) code = atoll_get(client, &id, ATOLL_FOREVER, &view);
    if (code == 0) code = atoll_release(client, &id);
  }
  atoll_object_info infos[4];
  atoll_client_stats_t mine{};
  mine.size = sizeof(mine);
  uint64_t cursor = 0;
  if (code == 0) code = atoll_stats(client, &stats);
  if (code == 0) code = atoll_client_stats(client, static_cast<uint64_t>(atoll_client_index(client)), &mine);
  if (code == 0 && (stats.objects != 501 || atoll_list(client, &cursor, infos, 4) != 4)) code = -1;
  // Not _exit(): around that a sanitizer's runtime makes calls of its own.
  ::syscall(SYS_exit_group, code == 0 ? 0 : 5);
}

// steps ID: one round of everything between two stops, for a tracer that kills it at some instruction.
void Steps(const char* path, char** arguments) {
  atoll_client* client = Attach(path);
  const atoll_object_id shared = Id(arguments);
  const atoll_object_id warm = Put(client, 500, 1);
  CHECK_OK(atoll_dereference(client, &warm));
  if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) std::_Exit(4);
  ::raise(SIGSTOP);
  atoll_view view;
  atoll_get(client, &shared, 0, &view);
  atoll_reference(client, &shared);
  atoll_object_id id{}, container{}, expected{};
  uint64_t address = 0;
  atoll_expect(client, &expected);
  atoll_create(client, &expected, 300, 0, 0, 0, &address);
  atoll_abort(client, &expected);
  atoll_create(client, &id, 500, 0, 0, 0, &address);
  atoll_seal(client, &id, nullptr);
  atoll_create(client, &container, 100, 2, 0, 0, &address);
  const atoll_object_id children[] = {id, shared};
  atoll_seal(client, &container, children);
  atoll_dereference(client, &id);
  atoll_release(client, &shared);
  atoll_dereference(client, &shared);
  atoll_dereference(client, &container);
  ::raise(SIGSTOP);
  Rest();
}

// last pin|reference ID: takes it, says so, goes on when told, and gives it back after a stop for a tracer.
void Last(const char* path, char** arguments) {
  atoll_client* client = Attach(path);
  const atoll_object_id id = Id(arguments + 1);
  const bool pin = std::strcmp(arguments[0], "pin") == 0;
  atoll_view view;
  CHECK_OK(pin ? atoll_get(client, &id, 0, &view) : atoll_reference(client, &id));
  Say("ready");
  char line[16];
  if (std::fgets(line, sizeof(line), stdin) == nullptr) return;
  if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) std::_Exit(4);
  ::raise(SIGSTOP);
  pin ? atoll_release(client, &id) : atoll_dereference(client, &id);
  ::raise(SIGSTOP);
  Rest();
}

// sealer ID: begins the object, says so, goes on when told, and seals it after a stop for a tracer.
void Sealer(const char* path, char** arguments) {
  atoll_client* client = Attach(path);
  atoll_object_id id = Id(arguments);
  uint64_t address = 0;
  CHECK_OK(atoll_create(client, &id, 100, 0, 0, 0, &address));
  Say("ready");
  char line[16];
  if (std::fgets(line, sizeof(line), stdin) == nullptr) return;
  if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) std::_Exit(4);
  ::raise(SIGSTOP);
  atoll_seal(client, &id, nullptr);
  ::raise(SIGSTOP);
  Rest();
}

constexpr uint64_t kEndedBytes = 64, kResizedBytes = 5000;

int64_t End(atoll_client* client, const char* how, const atoll_object_id* id, const atoll_object_id* child) {
  uint64_t address = 0;
  switch (how[0]) {
    case 's':
      return atoll_seal(client, id, child);
    case 'a':
      return atoll_abort(client, id);
    case 'r':
      return atoll_resize(client, id, kResizedBytes, 0, &address);
    default:
      return atoll_delete(client, id);
  }
}

// end CHILD FIRST SECOND CONTAINER: begins one object after the other and ends it on two threads, the first one
// between two stops, the second one when it is told a line; then writes other objects where it may have been.
void EndOnTwo(const char* path, char** arguments) {
  atoll_client* client = Attach(path);
  const atoll_object_id child = Id(arguments);
  const uint64_t contained = std::strtoull(arguments[4], nullptr, 10);
  const atoll_object_id* const children = contained != 0 ? &child : nullptr;
  atoll_object_id id{};
  std::atomic<int> told{0};
  std::thread second([&] {
    for (;;) {
      Hear();
      const int64_t code = End(client, arguments[3], &id, children);
      Say(std::to_string(code));
      told.fetch_add(1);
    }
  });
  if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) std::_Exit(4);
  for (;;) {
    id = {};
    uint64_t address = 0;
    CHECK_OK(atoll_expect(client, &id));  // others may know of it
    CHECK_OK(atoll_create(client, &id, kEndedBytes, contained, 0, 5'000'000'000, &address));
    std::memset(reinterpret_cast<void*>(address), 7, kEndedBytes);
    Say(Text(id));
    const int before = told.load();
    ::raise(SIGSTOP);
    const int64_t code = End(client, arguments[2], &id, children);
    ::raise(SIGSTOP);
    while (told.load() == before) ::usleep(100);
    for (int i = 0; i < 100; ++i) {
      const atoll_object_id other = Put(client, kEndedBytes, 9);
      CHECK_OK(atoll_dereference(client, &other));
    }
    Say(std::to_string(code));
    ::raise(SIGSTOP);
    (void)atoll_abort(client, &id);
    CHECK_OK(atoll_dereference(client, &id));
  }
}

// hungry: see there.
void Hunger(const char* path, char**) { Say(atollstore::StarveAllocations(path)); }

// storm SEED: random work on shared objects until it is killed.
void Storm(const char* path, char** arguments) {
  Say("ready");
  atollstore::Storm(path, std::strtoull(arguments[0], nullptr, 10)).Run();
}

// pins ID SECONDS: gets and releases it as fast as it can until it is gone; each view must hold its bytes.
void Pins(const char* path, char**) {
  Say("ready");
  atollstore::PinRace(path);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  // Whatever happens to the test, this process does not stay.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const struct {
    const char* name;
    void (*run)(const char*, char**);
    int arguments;
  } commands[] = {{"hold", Hold, 2},       {"create", Create, 3},     {"put", PutMany, 2},
                  {"contain", Contain, 2}, {"scribble", Scribble, 2}, {"message", Message, 0},
                  {"as", As, 1},           {"watch", Watch, 0},      {"lose", Lose, 1},
                        {"serve", Serve, 1},
                  {"fill", Fill, 2},       {"serve_in", ServeIn, 2},  {"fill_from", FillFrom, 2},
                  {"quiet", Quiet, 0},     {"steps", Steps, 2},       {"find", Find, 1},
                  {"crash", Crash, 2},     {"refill", Refill, 3},     {"inherit", Inherit, 3},
                  {"hand", HandDown, 0},   {"publish", Publish, 1},   {"storm", Storm, 1},
                  {"pins", Pins, 0},       {"without", Without, 3},   {"last", Last, 3},
                  {"sealer", Sealer, 2},   {"end", EndOnTwo, 5},      {"hungry", Hunger, 0},
                  {"idlers", Idlers, 2},   {"limited", Limited, 1}};
  for (const auto& command : commands) {
    if (std::strcmp(argv[1], command.name) == 0 && argc == 3 + command.arguments) {
      command.run(argv[2], argv + 3);
      return 0;
    }
  }
  return 2;
}
