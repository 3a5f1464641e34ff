// Clients for a tracer, or a filter, that looks at every step they make.
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

#include "costs.h"
#include "peer.h"

namespace atollstore::peer {
namespace {

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

// end CHILD FIRST SECOND CONTAINER: begins one object after the other and ends it on two threads, the first
// one between two stops, the second one when it is told a line; then writes other objects where it may have
// been.
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

// costs CLIENTS HOLDERS: see tests/costs.h.
void Costs(const char* path, char** arguments) {
  Say(StopAroundCosts(path, std::strtoull(arguments[0], nullptr, 10), std::strtoull(arguments[1], nullptr, 10)));
}

}  // namespace

const std::vector<Role> kSteppedRoles = {{"quiet", Quiet, 0},   {"steps", Steps, 2},   {"last", Last, 3},
                                         {"sealer", Sealer, 2}, {"end", EndOnTwo, 5}, {"costs", Costs, 2}};

}  // namespace atollstore::peer
