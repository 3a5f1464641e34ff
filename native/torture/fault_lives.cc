#include "fault_lives.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "../tests/storm.h"
#include "atoll/c.h"
#include "client/look.h"

namespace atollstore::torture {
namespace {

constexpr uint64_t kCapacity = 4 << 20;
constexpr int64_t kPatience = 5'000'000'000;

class Life {
 public:
  // `names`: what a status may call the call that fails; null: none does.
  Life(Outcome* outcome, const Scratch& scratch, const std::vector<std::string>* names)
      : outcome_(outcome), path_(scratch / "store.sock"), disk_(scratch.path()), names_(names) {}

  void LiveEmbedded() {
    atoll_server_options options{};
    options.size = sizeof(options);
    options.capacity = kCapacity;
    options.extent_bytes = 64 << 10;
    options.max_objects = 256;
    options.max_clients = 6;
    options.socket_path = path_.c_str();
    const std::string spill = disk_ + "/spill";
    Await("no directory", [&] { return ::mkdir(spill.c_str(), 0700) == 0 || errno == EEXIST; });
    options.spill_directory = spill.c_str();
    atoll_server* server = nullptr;
    Again("start", [&] { return atoll_server_start(&options, &server); });
    // Somebody removes it while nothing is in it; the store makes it again.
    Await("the spill directory stays", [&] {
      std::error_code ignored;
      std::filesystem::remove_all(spill, ignored);
      return ::access(spill.c_str(), F_OK) != 0 && errno == ENOENT;
    });
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
    // The next one finds nothing in its way, whatever its umask does to the socket; its path is a relative one.
    options.spill_directory = nullptr;
    const mode_t before = ::umask(0400);
    Again("start again", [&] { return atoll_server_start(&options, &server); });
    ::umask(before);
    if (::chdir(disk_.c_str()) != 0) Wrong("chdir", errno);
    Again("attach again", [&] { return atoll_attach("store.sock", nullptr, &client_); });
    (void)atoll_detach(client_);
    (void)atoll_server_stop(server);
  }

  void LiveServed() {
    StartTool();
    for (const uint64_t size : {100, 3'000, 60'000, 200'000, 500, 300'000, 20'000}) Put(size);
    for (uint64_t put = 0; put < 2 * kCapacity; put += 700'000) Put(700'000);
    Check();
    auto look = Look::At(path_.c_str());
    if (!look.ok()) look = Look::At(path_.c_str());
    if (!look.ok()) Wrong("no look", 0);
    const Header& header = look.value().control().header();
    // Of the two processes each starts the other again.
    const uint32_t life = header.server_epoch.load();
    ::kill(static_cast<pid_t>(header.server_pid.load()), SIGKILL);
    Await("no server follows", [&] { return header.server_epoch.load() != life; });
    Check();
    Put(700'000);
    const uint32_t supervisor = header.supervisor_pid.load();
    ::kill(static_cast<pid_t>(supervisor), SIGKILL);
    Await("no supervisor follows", [&] { return header.supervisor_pid.load() != supervisor; });
    Check();
    for (const auto& [id, size] : objects_) (void)atoll_dereference(client_, &id);
    ::kill(static_cast<pid_t>(header.supervisor_pid.load()), SIGTERM);
    Again("the end", [&] { return atoll_await_server_exit(client_, 2 * kPatience); });
    (void)atoll_detach(client_);
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
    return Names(atoll_last_error());
  }
  bool Names(const std::string& said) const {
    return std::any_of(names_->begin(), names_->end(),
                       [&](const std::string& name) { return said.find(name) != std::string::npos; });
  }

  template <typename Condition>
  void Await(const char* what, const Condition& condition) {
    for (int tries = 0; tries < 10'000; ++tries) {
      if (condition()) return;
      ::usleep(1000);
    }
    Wrong(what, 0);
  }

  // Serves the store with atoll-store, and attaches. A start that fails says which call did, and the next one
  // works.
  void StartTool() {
    const std::string log = disk_ + "/log", capacity = std::to_string(kCapacity);
    for (int tries = 0; tries < 2; ++tries) {
      const pid_t tool = ::fork();
      if (tool < 0) continue;  // that was the call
      if (tool == 0) {
        if (std::freopen(log.c_str(), "w", stderr) == nullptr) ::_exit(4);
        ::execl(ATOLL_STORE_TOOL, "atoll-store", "serve", "--socket", path_.c_str(), "--capacity",
                capacity.c_str(), "--extent", "65536", "--max-objects", "256", "--spill", disk_.c_str(),
                nullptr);
        ::_exit(127);
      }
      for (int looks = 0; looks < 10'000; ++looks) {
        if (atoll_attach(path_.c_str(), nullptr, &client_) == 0) return;
        int status = 0;
        if (::waitpid(tool, &status, WNOHANG) == tool) break;
        ::usleep(1000);
      }
      ++outcome_->told;
      std::ifstream file(log);
      const std::string said(std::istreambuf_iterator<char>(file), {});
      // Before the program has begun, its loader may find that a call fails.
      const bool by_the_loader = said.find("shared libraries") != std::string::npos ||
                                 said.find("TLS data structures") != std::string::npos;
      if (names_ != nullptr && !Names(said) && !said.empty() && !by_the_loader) {
        std::snprintf(outcome_->wrong, sizeof(outcome_->wrong), "atoll-store did not serve, and said: %.200s",
                      said.c_str());
        std::_Exit(1);
      }
    }
    Wrong("atoll-store does not serve", 0);
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
    atoll_client_options options{};
    options.size = sizeof(options);
    options.flags = ATOLL_PROTECT_SEALED;
    return connection < 0 ? connection : atoll_attach_fd(connection, &options, client);
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
      const int64_t code = atoll_publish(client_, "faults", &id, ATOLL_FOREVER);
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
      const int64_t code = atoll_unpublish(client_, "faults", ATOLL_FOREVER);
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

}  // namespace

const FaultLife kEmbeddedLife = {
    "embedded", [](Outcome* outcome, const Scratch& scratch, const std::vector<std::string>* names) {
      Life(outcome, scratch, names).LiveEmbedded();
    }};
const FaultLife kServedLife = {
    "served", [](Outcome* outcome, const Scratch& scratch, const std::vector<std::string>* names) {
      Life(outcome, scratch, names).LiveServed();
    }};

}  // namespace atollstore::torture
