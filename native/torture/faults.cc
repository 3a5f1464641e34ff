// faults: the life of a store, once for every call of open, pread, write, fsync, fallocate, mmap,
// memfd_create and ftruncate in it, with that one call failing. What the store says about it is its business,
// but no process may end, no sealed referenced object may be lost, and the same request made again must
// succeed.
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <functional>

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
  uint64_t calls[kFaulties];  // how often each was made
  uint64_t objects, lost;
  uint64_t failed;  // 1: the call has failed
  char wrong[200];
};

class Life {
 public:
  Life(Outcome* outcome, const std::string& path, const std::string& disk)
      : outcome_(outcome), path_(path), disk_(disk) {}

  void Live() {
    atoll_server_options options{};
    options.size = sizeof(options);
    options.capacity = kCapacity;
    options.extent_bytes = 64 << 10;
    options.max_objects = 256;
    options.max_clients = 4;
    options.socket_path = path_.c_str();
    options.spill_directory = disk_.c_str();
    atoll_server* server = nullptr;
    Again("start", [&] { return atoll_server_start(&options, &server); });
    Again("attach", [&] { return atoll_attach(path_.c_str(), nullptr, &client_); });
    atoll_client* other = nullptr;
    Again("attach the second", [&] { return atoll_attach(path_.c_str(), nullptr, &other); });
    for (const uint64_t size : {100, 3'000, 60'000, 200'000, 500, 300'000, 20'000}) Put(size);
    Check();
    // More than there is room for: some of it goes to disk, and comes back.
    for (uint64_t put = 0; put < 2 * kCapacity; put += 700'000) Put(700'000);
    Check();
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
    atoll_detach(other);
    Check();
    for (const auto& [id, size] : objects_) (void)atoll_dereference(client_, &id);
    atoll_detach(client_);
    atoll_server_stop(server);
  }

 private:
  struct Object {
    atoll_object_id id;
    uint64_t size;
  };

  // The call may fail while the fault lasts, which is one call; then it must succeed.
  void Again(const char* what, const std::function<int64_t()>& call) {
    int64_t code = 0;
    for (int tries = 0; tries < 3; ++tries) {
      code = call();
      if (code >= 0) return;
    }
    if (outcome_->wrong[0] == 0) {
      std::snprintf(outcome_->wrong, sizeof(outcome_->wrong), "%s fails for good: %ld %s", what, code,
                    atoll_last_error());
    }
    std::_Exit(1);
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
      if (code == 0) atoll_release(client_, &object.id);
    }
  }

  Outcome* const outcome_;
  const std::string path_, disk_;
  atoll_client* client_ = nullptr;
  std::vector<Object> objects_;
};

// One life in a process of its own, with that call failing (function < 0: none). "" or what was wrong.
std::string LiveOnce(Outcome* outcome, int function, uint64_t number, int error) {
  *outcome = {};
  Scratch scratch;
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(60);  // a life takes a tenth of a second; one that hangs has been broken
    injection.function = function;
    injection.number = number;
    injection.error = error;
    for (auto& calls : injection.calls) calls.store(0);
    Life(outcome, scratch / "store.sock", scratch.path()).Live();
    for (int i = 0; i < kFaulties; ++i) outcome->calls[i] = injection.calls[i].load();
    outcome->failed = injection.done.load();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (outcome->wrong[0] != 0) return outcome->wrong;
  if (WIFSIGNALED(status)) {
    return WTERMSIG(status) == SIGALRM ? "it hangs"
                                       : "the process died of signal " + std::to_string(WTERMSIG(status));
  }
  return WEXITSTATUS(status) == 0 ? "" : "the process ended with " + std::to_string(WEXITSTATUS(status));
}

std::vector<int> Errors(int function) {
  switch (function) {
    case kOpen:
    case kMemfd:
      return {EMFILE, ENOSPC};
    case kWrite:
      return {ENOSPC, EIO};
    case kRead:
    case kFsync:
      return {EIO};
    case kFallocate:
      return {ENOSPC, ENOMEM};
    default:
      return {ENOMEM};
  }
}

int RunFaults(int argc, char** argv) {
  const double seconds = SecondsOf(argc, argv);
  auto* outcome = static_cast<Outcome*>(
      ::mmap(nullptr, sizeof(Outcome), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  uint64_t failed = 0, lost = 0, violations = 0, objects = 0;
  if (const std::string wrong = LiveOnce(outcome, -1, 0, 0); !wrong.empty()) {
    std::printf("faults: without any: %s\n", wrong.c_str());
    return 1;
  }
  const Outcome whole = *outcome;
  const double end = Now() + seconds;
  struct Fault {
    int function, error;
    uint64_t number;
  };
  for (int function = 0; function < kFaulties; ++function) {
    uint64_t here = 0;
    const double until = Now() + (end - Now()) / (kFaulties - function);
    std::vector<Fault> faults;
    for (const int error : Errors(function)) {
      // Threads run differently each time: a few calls more than there were once.
      for (uint64_t n = 1; n <= whole.calls[function]; ++n) faults.push_back({function, error, n});
    }
    // With little time: some from everywhere.
    const size_t stride = 7;
    for (size_t pass = 0; pass < stride; ++pass) {
      for (size_t i = pass; i < faults.size(); i += stride) {
        if (seconds > 0 && Now() > until) break;
        const Fault& fault = faults[i];
        const std::string wrong = LiveOnce(outcome, fault.function, fault.number, fault.error);
        here += outcome->failed;
        lost += outcome->lost;
        objects += outcome->objects;
        if (wrong.empty()) continue;
        ++violations;
        std::printf("faults: %s number %lu with errno %d: %s\n", kFaultyNames[function], fault.number,
                    fault.error, wrong.c_str());
      }
    }
    std::printf("faults: %s: %lu calls in a life, %lu failed\n", kFaultyNames[function],
                whole.calls[function], here);
    std::fflush(stdout);
    failed += here;
  }
  std::printf("faults: calls_failed=%lu objects=%lu lost=%lu violations=%lu\n", failed, objects, lost,
              violations);
  return lost == 0 && violations == 0 && failed > 0 ? 0 : 1;
}

}  // namespace

const Command kFaults = {"faults", RunFaults};

}  // namespace atollstore::torture
