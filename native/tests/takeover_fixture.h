// A store served by atoll-store, whose processes a test may kill.
#ifndef ATOLL_TESTS_TAKEOVER_FIXTURE_H_
#define ATOLL_TESTS_TAKEOVER_FIXTURE_H_

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <cerrno>

#include "fixture.h"

namespace atollstore {

class TakeoverTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    ::signal(SIGPIPE, SIG_IGN);
  }

  void Serve(std::vector<std::string> options = {"--capacity", "64M", "--max-objects", "4096"}) {
    std::vector<std::string> arguments = {ATOLL_STORE_TOOL, "serve", "--socket", path_};
    arguments.insert(arguments.end(), options.begin(), options.end());
    first_ = Run(arguments);
    // The file is there a moment before anybody listens.
    ASSERT_TRUE(Eventually([&] {
      auto looker = ClientCore::Attach(path_.c_str());
      if (looker.ok()) looker_ = std::move(looker).value();
      return looker_ != nullptr;
    })) << LastError();
    ASSERT_TRUE(Eventually([&] { return supervisor() != 0; }));
  }
  void TearDown() override {
    for (atoll_client* client : clients_) atoll_detach(client);
    clients_.clear();
    if (looker_ != nullptr && !looker_->Disconnected()) {
      const FsckReport report = FsckLive(looker_->control(), looker_->data());
      EXPECT_TRUE(report.sound()) << report.Text();
      ::kill(supervisor(), SIGTERM);
      EXPECT_TRUE(looker_->AwaitServerExit(20 * kSecond).ok()) << LastError();
    }
    looker_.reset();
    if (first_ > 0) ::waitpid(first_, nullptr, 0);
    EXPECT_TRUE(Eventually([&] { return ::access(path_.c_str(), F_OK) != 0; }));
    // The store's own directory has gone with it; the one that it was given is the test's.
    const std::string spill = directory_ + "/spill";
    EXPECT_TRUE(Eventually([&] { return ::rmdir(spill.c_str()) == 0 || errno == ENOENT; }));
    StoreTest::TearDown();
  }

  // A segment of the server, to be inherited; -1 when it has none of that name.
  int SegmentOfServer(const std::string& name) {
    const std::string directory = "/proc/" + std::to_string(server()) + "/fd/";
    for (int fd = 0; fd < 64; ++fd) {
      char target[100] = "";
      const std::string path = directory + std::to_string(fd);
      if (::readlink(path.c_str(), target, sizeof(target) - 1) <= 0) continue;
      if (std::string(target).find(name) != std::string::npos) return ::open(path.c_str(), O_RDWR);
    }
    return -1;
  }
  static int Fsck(int control, int data) {
    const pid_t pid =
        Run({ATOLL_STORE_TOOL, "fsck", "--control", std::to_string(control), "--data", std::to_string(data)});
    int status = -1;
    EXPECT_EQ(::waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  static pid_t Run(const std::vector<std::string>& arguments) {
    std::vector<char*> argv;
    for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    pid_t pid = -1;
    EXPECT_EQ(::posix_spawnp(&pid, argv[0], nullptr, nullptr, argv.data(), environ), 0);
    return pid;
  }

  Header& header() { return looker_->control().header(); }
  uint32_t life() { return header().server_epoch.load(); }
  pid_t server() { return static_cast<pid_t>(header().server_pid.load()); }
  pid_t supervisor() { return static_cast<pid_t>(header().supervisor_pid.load()); }

  // The next server answers. It lets clients in before, and answers what they ask when it has recovered.
  void AwaitLife(uint32_t next) {
    ASSERT_TRUE(Eventually([&] { return life() >= next; }));
    auto client = ClientCore::Attach(path_.c_str());
    ASSERT_TRUE(client.ok()) << LastError();
    ASSERT_EQ(client.value()->Unpublish("nobody's name", ATOLL_FOREVER).code(), ATOLL_NOT_FOUND);
  }
  // Serves 16 MiB and puts 40 numbered objects of a MiB each, the first of which only a container keeps.
  void SpillMoreThanFits(atoll_client** client, std::vector<atoll_object_id>* ids,
                         atoll_object_id* container) {
    ASSERT_EQ(::mkdir((directory_ + "/spill").c_str(), 0700), 0);
    Serve({"--capacity", "16M", "--spill", directory_ + "/spill"});
    *client = Attach();
    for (int i = 0; i < 40; ++i) ids->push_back(Put(*client, 1 << 20, static_cast<uint8_t>(i)));
    uint64_t address = 0;
    OK(atoll_create(*client, container, 10, 1, 0, 10 * kSecond, &address));
    OK(atoll_seal(*client, container, &ids->front()));
    OK(atoll_dereference(*client, &ids->front()));
  }
  void KillServer() {
    const uint32_t before = life();
    ::kill(server(), SIGKILL);
    AwaitLife(before + 1);
  }
  void KillSupervisor() {
    const pid_t before = supervisor();
    ::kill(before, SIGKILL);
    ASSERT_TRUE(Eventually([&] { return supervisor() != before; }));
  }
  // No server until the supervisor goes on.
  void KillServerAndHoldSupervisor() {
    ::kill(supervisor(), SIGSTOP);
    const pid_t pid = server();
    ::kill(pid, SIGKILL);
    ASSERT_TRUE(Eventually([&] { return IsDead(pid); }));
  }
  void LetGo() {
    const uint32_t before = life();
    ::kill(supervisor(), SIGCONT);
    AwaitLife(before + 1);
  }
  // Also when nobody has taken its status yet.
  static bool IsDead(pid_t pid) {
    const char state = StateOf(pid);
    return state == 0 || state == 'Z';
  }
  // As /proc has it: 'T' is stopped; 0: there is no such process.
  static char StateOf(pid_t pid) {
    std::FILE* file = std::fopen(("/proc/" + std::to_string(pid) + "/stat").c_str(), "r");
    if (file == nullptr) return 0;
    char state = 0;
    if (std::fscanf(file, "%*d (%*[^)]) %c", &state) != 1) state = 0;
    std::fclose(file);
    return state;
  }

  std::vector<std::string> Command(const std::string& name, const atoll_object_id& id) {
    return {name, path_, std::to_string(id.store), std::to_string(id.place)};
  }
  void ExpectBytes(atoll_client* client, const atoll_object_id& id, uint64_t size, uint8_t fill) {
    atoll_view view;
    OK(atoll_get(client, &id, 10 * kSecond, &view));
    ASSERT_EQ(view.size, size);
    const auto* bytes = reinterpret_cast<const uint8_t*>(view.address);
    for (uint64_t i = 0; i < size; i += 61) ASSERT_EQ(bytes[i], fill) << i;
    OK(atoll_release(client, &id));
  }
  uint64_t SlotsInUse() {
    uint64_t used = 0;
    looker_->control().EachClient([&](uint32_t i) {
      used += looker_->control().client(i).state.load() != static_cast<uint32_t>(ClientState::kFree);
    });
    return used;
  }

  pid_t first_ = -1;
  std::unique_ptr<ClientCore> looker_;
};

}  // namespace atollstore

#endif  // ATOLL_TESTS_TAKEOVER_FIXTURE_H_
