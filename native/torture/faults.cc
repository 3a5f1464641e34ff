// faults: the life of a store, once for every system call in it that os_calls.txt lists as `faults`, with
// that one call failing. What the store says about it is its business, as long as it names the call where it
// is the reason; but no process may end, nothing may hang, no sealed referenced object may be lost, and the
// same request made again must succeed.
//
// What this does not see: calls that fail more than once in a row (LimitsTest, WhereTest and
// SpillDirectoryTest have limits and full disks that last); what only the two processes of atoll-store do
// (posix_spawn, signalfd, waitid, pidfd_send_signal: shown as never made); calls that the C library makes for
// itself and that have no name in the list; futexes, which have nothing to fail with but a wake-up too early;
// two failures at once.
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <random>
#include <set>

#include "../tests/storm.h"
#include "atoll/c.h"
#include "fault_injection.h"
#include "torture.h"

namespace atollstore::torture {
namespace {

constexpr uint64_t kCapacity = 4 << 20;
constexpr int64_t kPatience = 5'000'000'000;

// What a life came to; shared with the process that lives it.
struct Outcome {
  uint64_t objects, lost;
  uint64_t told;  // calls of the library that failed
  char wrong[300];
};

class Life {
 public:
  // `names`: what a status may call the call that fails; null: none does.
  Life(Outcome* outcome, const Scratch& scratch, const std::vector<std::string>* names)
      : outcome_(outcome), path_(scratch / "store.sock"), disk_(scratch.path()), names_(names) {}

  void Live() {
    atoll_server_options options{};
    options.size = sizeof(options);
    options.capacity = kCapacity;
    options.extent_bytes = 64 << 10;
    options.max_objects = 256;
    options.max_clients = 6;
    options.socket_path = path_.c_str();
    options.spill_directory = disk_.c_str();
    atoll_server* server = nullptr;
    Again("start", [&] { return atoll_server_start(&options, &server); });
    Again("attach", [&] { return atoll_attach(path_.c_str(), nullptr, &client_); });
    atoll_client* other = nullptr;
    Again("attach the second", [&] { return AttachOverConnection(&other); });
    for (const uint64_t size : {100, 3'000, 60'000, 200'000, 500, 300'000, 20'000}) Put(size);
    Check();
    Small(other);
    // More than there is room for: some of it goes to disk, and comes back.
    for (uint64_t put = 0; put < 2 * kCapacity; put += 700'000) Put(700'000);
    Check();
    Read();
    // Memory is handed to and fro between the two.
    for (int i = 0; i < 4; ++i) {
      atoll_object_id id{};
      uint64_t address = 0;
      atoll_client* turn = i % 2 == 0 ? other : client_;
      Again("create", [&] { return atoll_create(turn, &id, 900'000, 0, 0, kPatience, &address); });
      FillBytes(address, 900'000, id.place);
      Again("seal", [&] { return atoll_seal(turn, &id, nullptr); });
      Again("dereference", [&] { return atoll_dereference(turn, &id); });
    }
    Check();
    SpawnOne();
    DieAttached();
    (void)atoll_detach(other);
    Check();
    for (const auto& [id, size] : objects_) (void)atoll_dereference(client_, &id);
    (void)atoll_detach(client_);
    (void)atoll_server_stop(server);
    // The next one finds nothing in its way.
    Again("start again", [&] { return atoll_server_start(&options, &server); });
    Again("attach again", [&] { return atoll_attach(path_.c_str(), nullptr, &client_); });
    (void)atoll_detach(client_);
    (void)atoll_server_stop(server);
  }

 private:
  struct Object {
    atoll_object_id id;
    uint64_t size;
  };

  [[noreturn]] void Wrong(const char* what, int64_t code) {
    if (outcome_->wrong[0] == 0)
      std::snprintf(outcome_->wrong, sizeof(outcome_->wrong), "%s: %ld %s", what, code, atoll_last_error());
    std::_Exit(1);
  }

  // Whether what the library says names the call that has failed. Codes of its own need not: they say what is
  // missing.
  bool Named(int64_t code) const {
    if (code != -ATOLL_SYSTEM || names_ == nullptr) return true;
    const std::string said = atoll_last_error();
    return std::any_of(names_->begin(), names_->end(),
                       [&](const std::string& name) { return said.find(name) != std::string::npos; });
  }

  // The call may fail while the fault lasts, which is one call; then it must succeed.
  template <typename Call>
  int64_t Again(const char* what, const Call& call) {
    int64_t code = 0;
    for (int tries = 0; tries < 3; ++tries) {
      code = call();
      if (code >= 0) return code;
      ++outcome_->told;
      if (!Named(code)) Wrong((std::string(what) + " does not name the call").c_str(), code);
    }
    Wrong((std::string(what) + " fails for good").c_str(), code);
  }

  int64_t AttachOverConnection(atoll_client** client) {
    const int64_t connection = atoll_connect(path_.c_str());
    return connection < 0 ? connection : atoll_attach_fd(connection, nullptr, client);
  }

  void Put(uint64_t size) {
    Object object{{}, size};
    uint64_t address = 0;
    Again("create", [&] { return atoll_create(client_, &object.id, size, 0, 0, kPatience, &address); });
    FillBytes(address, size, object.id.place);
    Again("seal", [&] { return atoll_seal(client_, &object.id, nullptr); });
    objects_.push_back(object);
    ++outcome_->objects;
  }

  // A container, a name, a wait, a watch, a resize.
  void Small(atoll_client* other) {
    const atoll_object_id child = objects_[0].id;
    atoll_object_id id{};
    uint64_t address = 0;
    Again("create a container", [&] { return atoll_create(client_, &id, 100, 1, 0, kPatience, &address); });
    Again("resize", [&] { return atoll_resize(client_, &id, 30'000, kPatience, &address); });
    Again("seal a container", [&] { return atoll_seal(client_, &id, &child); });
    Again("publish", [&] {
      const int64_t code = atoll_publish(client_, "faults", &id);
      return code == -ATOLL_ALREADY_EXISTS ? 0 : code;  // it was, and the answer was lost
    });
    atoll_object_id found{};
    Again("lookup", [&] { return atoll_lookup(other, "faults", &found); });
    uint8_t ready = 0;
    Again("wait", [&] { return atoll_wait(other, &found, 1, 1, kPatience, &ready); });
    atoll_event event{};
    Again("watch", [&] { return atoll_watch(other, &found, 1); });
    Again("take", [&] { return atoll_take_ready(other, &event, 1, kPatience); });
    Again("unpublish", [&] {
      const int64_t code = atoll_unpublish(client_, "faults");
      return code == -ATOLL_NOT_FOUND ? 0 : code;
    });
    Again("dereference", [&] { return atoll_dereference(other, &found); });
    Again("dereference", [&] { return atoll_dereference(client_, &id); });
    atoll_object_id never{};
    atoll_view view{};
    Again("expect", [&] { return atoll_expect(client_, &never); });
    if (const int64_t code = atoll_get(client_, &never, 2'000'000, &view); code != -ATOLL_TIMED_OUT)
      Wrong("a get of what nobody makes", code);
    Again("dereference", [&] { return atoll_dereference(client_, &never); });
  }

  void Read() {
    std::vector<uint8_t> bytes(1000);
    for (const Object& object : objects_) {
      if (object.size < bytes.size()) continue;
      Again("read", [&] {
        return atoll_read(client_, &object.id, object.size - bytes.size(), bytes.data(), bytes.size(),
                          kPatience);
      });
    }
  }

  void Check() {
    for (const Object& object : objects_) {
      atoll_view view{};
      int64_t code = -1;
      for (int tries = 0; tries < 3 && code != 0; ++tries)
        code = atoll_get(client_, &object.id, kPatience, &view);
      if (code != 0 || view.size != object.size || !BytesAreRight(view, object.id.place)) {
        ++outcome_->lost;
        std::snprintf(outcome_->wrong, sizeof(outcome_->wrong), "an object of %lu bytes is lost: %ld %s",
                      object.size, code, atoll_last_error());
      }
      if (code == 0) (void)atoll_release(client_, &object.id);
    }
  }

  void SpawnOne() {
    const char* const arguments[] = {"/bin/true", nullptr};
    atoll_child child{};
    Again("spawn", [&] { return atoll_spawn(path_.c_str(), arguments, nullptr, &child); });
    for (const uint64_t fd : {child.in, child.out, child.err}) ::close(static_cast<int>(fd));
    Again("await", [&] { return atoll_await_child(child.pid); });
    Again("reap", [&] { return atoll_reap_child(child.pid); });
  }

  // A client that dies, and what it held comes back.
  void DieAttached() {
    atoll_stats_t stats{};
    stats.size = sizeof(stats);
    Again("stats", [&] { return atoll_stats(client_, &stats); });
    const uint64_t before = stats.clients;
    const pid_t pid = ::fork();
    if (pid == 0) {
      atoll_client* mine = nullptr;
      Again("attach in a child", [&] { return atoll_attach(path_.c_str(), nullptr, &mine); });
      atoll_object_id id{};
      uint64_t address = 0;
      Again("create in a child", [&] { return atoll_create(mine, &id, 5'000, 0, 0, kPatience, &address); });
      std::_Exit(0);
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    if (status != 0) std::_Exit(1);  // it has said what was wrong
    for (int tries = 0; tries < 5'000; ++tries) {
      Again("stats", [&] { return atoll_stats(client_, &stats); });
      if (stats.clients == before) return;
      ::usleep(1000);
    }
    Wrong("a dead client is not buried", static_cast<int64_t>(stats.clients));
  }

  Outcome* const outcome_;
  const std::string path_, disk_;
  const std::vector<std::string>* const names_;
  atoll_client* client_ = nullptr;
  std::vector<Object> objects_;
};

// One life in a process of its own. `lived` is what it came to; returns "" or what was wrong.
std::string LiveOnce(Outcome* outcome, const std::vector<long>& held, const Faulty* faulty, uint64_t which,
                     int error, Lived* lived) {
  *outcome = {};
  const Scratch scratch;
  Injection injection;
  if (faulty != nullptr) injection = {faulty->number, which, error};
  *lived = torture::Live(held, injection, [&] {
    ::alarm(60);  // a life takes a second; one that hangs has been broken
    Life(outcome, scratch, faulty == nullptr ? nullptr : &faulty->names).Live();
  });
  if (outcome->wrong[0] != 0) return outcome->wrong;
  if (WIFSIGNALED(lived->status)) {
    return WTERMSIG(lived->status) == SIGALRM
               ? "it hangs"
               : "the process died of signal " + std::to_string(WTERMSIG(lived->status));
  }
  return WEXITSTATUS(lived->status) == 0
             ? ""
             : "the process ended with " + std::to_string(WEXITSTATUS(lived->status));
}

struct Fault {
  const Faulty* faulty;
  uint64_t which;
  int error;
};

// A first place of each call, then the rest, both in a random order.
std::vector<Fault> Places(const std::vector<Faulty>& all, const std::map<long, uint64_t>& calls,
                          uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<Fault> first, rest;
  for (const Faulty& faulty : all) {
    const auto made = calls.find(faulty.number);
    std::vector<Fault> here;
    for (uint64_t which = 1; made != calls.end() && which <= made->second; ++which) {
      for (const int error : faulty.errors) here.push_back({&faulty, which, error});
    }
    std::shuffle(here.begin(), here.end(), random);
    if (here.empty()) continue;
    first.push_back(here.back());
    rest.insert(rest.end(), here.begin(), here.end() - 1);
  }
  std::shuffle(first.begin(), first.end(), random);
  std::shuffle(rest.begin(), rest.end(), random);
  first.insert(first.end(), rest.begin(), rest.end());
  return first;
}

// faults [SECONDS [SEED]]; faults 0 0 CALL WHICH ERRNO: that one.
int RunFaults(int argc, char** argv) {
  const double seconds = SecondsOf(argc, argv);
  const uint64_t seed = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : std::random_device()();
  auto* outcome = static_cast<Outcome*>(
      ::mmap(nullptr, sizeof(Outcome), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  const std::vector<Faulty> all = ReadFaulty(ATOLL_OS_CALLS);
  std::vector<long> numbers;
  for (const Faulty& faulty : all) numbers.push_back(faulty.number);
  Lived lived;
  if (const std::string wrong = LiveOnce(outcome, numbers, nullptr, 0, 0, &lived); !wrong.empty()) {
    std::printf("faults: without any: %s\n", wrong.c_str());
    return 1;
  }
  std::string never;
  for (const Faulty& faulty : all) {
    if (!lived.calls.contains(faulty.number)) never += " " + faulty.call;
  }
  std::printf("faults: seed %lu; never made in a life:%s\n", seed, never.c_str());
  for (const Faulty& faulty : all) {
    if (const auto made = lived.calls.find(faulty.number); made != lived.calls.end())
      std::printf("faults: %s: %lu in a life\n", faulty.call.c_str(), made->second);
  }
  std::vector<Fault> places = Places(all, lived.calls, seed);
  if (argc > 4) {
    std::erase_if(places, [&](const Fault& fault) {
      return fault.faulty->call != argv[2] || fault.which != std::strtoull(argv[3], nullptr, 10) ||
             fault.error != std::atoi(argv[4]);
    });
  }
  std::set<const Faulty*> seen;
  uint64_t lives = 0, failed = 0, told = 0, lost = 0, violations = 0, objects = 0;
  const double end = Now() + seconds;
  for (const Fault& fault : places) {
    if (seconds > 0 && Now() > end) break;
    const std::string wrong =
        LiveOnce(outcome, {fault.faulty->number}, fault.faulty, fault.which, fault.error, &lived);
    ++lives;
    failed += lived.failed;  // threads run differently each time: it may not have come to that call
    told += outcome->told != 0;
    lost += outcome->lost;
    objects += outcome->objects;
    if (lived.failed) seen.insert(fault.faulty);
    if (wrong.empty()) continue;
    ++violations;
    std::printf("faults: %s number %lu with errno %d: %s\n", fault.faulty->call.c_str(), fault.which,
                fault.error, wrong.c_str());
    std::fflush(stdout);
  }
  std::printf(
      "faults: system_calls=%zu places=%zu lives=%lu failed=%lu told=%lu objects=%lu lost=%lu "
      "violations=%lu\n",
      seen.size(), places.size(), lives, failed, told, objects, lost, violations);
  return lost == 0 && violations == 0 && failed > 0 ? 0 : 1;
}

}  // namespace

const Command kFaults = {"faults", RunFaults};

}  // namespace atollstore::torture
