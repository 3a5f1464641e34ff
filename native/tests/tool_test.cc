// atoll-store as its users see it: what it prints, what ps shows, what a service manager is told.
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

#include "check/inspect.h"
#include "client/look.h"
#include "layout/wire.h"
#include "os/socket.h"
#include "takeover_fixture.h"

namespace atollstore {
namespace {

class ToolTest : public TakeoverTest {
 protected:
  struct Ended {
    int status = -1;
    std::string output;  // and errors
  };
  static Ended Tool(const std::string& arguments) {
    std::FILE* pipe = ::popen((std::string(ATOLL_STORE_TOOL) + " " + arguments + " 2>&1").c_str(), "r");
    Ended ended;
    if (pipe == nullptr) return ended;
    for (int c; (c = std::fgetc(pipe)) != EOF;) ended.output += static_cast<char>(c);
    const int status = ::pclose(pipe);
    ended.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return ended;
  }
  static std::string Read(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static std::vector<std::string> Lines(const std::string& text) {
    std::istringstream stream(text);
    std::vector<std::string> lines;
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
  }
  static std::string Hex(const atoll_object_id& id) {
    std::array<char, 33> text{};
    std::snprintf(text.data(), text.size(), "%016lx%016lx", id.store, id.place);
    return text.data();
  }
  std::string CommandOf(pid_t pid) { return Read("/proc/" + std::to_string(pid) + "/cmdline").c_str(); }
  std::string NameOf(pid_t pid) { return Read("/proc/" + std::to_string(pid) + "/comm"); }
};

TEST_F(ToolTest, SaysWhatItIs) {
  const Ended version = Tool("--version");
  EXPECT_EQ(version.status, 0);
  EXPECT_EQ(version.output.find("atoll-store "), 0u) << version.output;
  EXPECT_NE(version.output.find("C ABI " + std::to_string(atoll_abi_version())), std::string::npos)
      << version.output;
  for (const char* wrong : {"", "stat ", "stats", "fsck x --json", "list x y", "serve --json 1",
                            "clients --control 1", "stats x --control 1 --data 2"}) {
    EXPECT_EQ(Tool(wrong).status, 2) << wrong << ": " << Tool(wrong).output;
  }
  EXPECT_EQ(Tool("stats " + path_).status, 3);
}

TEST_F(ToolTest, LooksWhenEveryClientSlotIsTaken) {
  Serve({"--capacity", "64M", "--max-objects", "4096", "--max-clients", "3"});
  atoll_client* client = Attach();
  (void)Attach();
  Put(client, 5000);
  atoll_client* none = nullptr;
  ASSERT_EQ(atoll_attach(path_.c_str(), nullptr, &none), -ATOLL_TOO_MANY_CLIENTS);
  for (const char* command : {"stats", "list", "clients", "fsck"}) {
    const Ended looked = Tool(std::string(command) + " " + path_);
    EXPECT_EQ(looked.status, 0) << looked.output;
  }
  const atoll_stats_t stats = Stats(client);
  EXPECT_EQ(stats.clients, 3u);
  EXPECT_EQ(stats.attached, 3u) << "a look is no client";
}

TEST_F(ToolTest, ALookWritesNothingAndOutlivesItsServer) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "all mappings of a process are one, and writable (os/mapping_tsan)";
#endif
  Start();
  atoll_client* client = Attach();
  const atoll_object_id id = Put(client, 5000);
  auto look = Look::At(path_.c_str());
  ASSERT_TRUE(look.ok()) << LastError();
  EXPECT_EQ(InspectStore(look.value().control()).sealed_bytes, 5000u);
  // A store through its mappings would end the process.
  for (const uint8_t* mapped : {reinterpret_cast<const uint8_t*>(&look.value().control().header()),
                                static_cast<const uint8_t*>(look.value().data().data())}) {
    std::ifstream maps("/proc/self/maps");
    bool read_only = false;
    for (std::string line; std::getline(maps, line);) {
      uint64_t begin = 0, end = 0;
      char access[5] = "";
      if (std::sscanf(line.c_str(), "%lx-%lx %4s", &begin, &end, access) != 3) continue;
      const auto at = reinterpret_cast<uint64_t>(mapped);
      if (begin <= at && at < end) read_only = std::string(access).starts_with("r--");
    }
    EXPECT_TRUE(read_only);
  }
  OK(atoll_dereference(client, &id));
  Detach(client);
  Stop();
  EXPECT_EQ(InspectStore(look.value().control()).clients, 0u);
}

TEST_F(ToolTest, WhoMayNotAttachMayNotLook) {
  Start();
  auto connected = os::Connect(path_);
  ASSERT_TRUE(connected.ok());
  const int socket = connected.value().get();
  const Hello hello{kMagic, kLayoutVersion + 1, kLooks, 0, 0};
  ASSERT_TRUE(os::Send(socket, &hello, sizeof(hello), nullptr, 0).ok());
  Welcome welcome{};
  os::Descriptors fds;
  auto received = os::Receive(socket, &welcome, sizeof(welcome), &fds);
  ASSERT_TRUE(received.ok() && received.value() == sizeof(welcome));
  EXPECT_EQ(welcome.code, static_cast<uint32_t>(ATOLL_REFUSED));
  EXPECT_EQ(welcome.client, static_cast<uint32_t>(Refusal::kVersion));
  EXPECT_FALSE(fds[0].valid() || fds[1].valid());
  Stop();
}

TEST_F(ToolTest, JsonSaysTheSameAsText) {
  Serve();
  Put(Attach(), 5000);
  std::string text, json, expected;
  // The server, and the clients' own threads, may still be preparing memory between the two.
  EXPECT_TRUE(Eventually([&] {
    text = Tool("stats " + path_).output;
    json = Tool("stats " + path_ + " --json").output;
    expected.clear();
    for (const std::string& line : Lines(text)) {
      const size_t blank = line.find(' ');
      expected += (expected.empty() ? "{\"" : ", \"") + line.substr(0, blank) + "\":" + line.substr(blank);
    }
    return expected + "}\n" == json;
  })) << expected
      << "\n"
      << json;
  EXPECT_NE(text.find("\nsealed_bytes 5000\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\nserver_pid " + std::to_string(server()) + "\n"), std::string::npos) << text;
}

TEST_F(ToolTest, ListsEveryObjectAndItsState) {
  ASSERT_EQ(::mkdir((directory_ + "/spill").c_str(), 0700), 0);
  Serve({"--capacity", "16M", "--spill", directory_ + "/spill"});
  atoll_client* client = Attach();
  EXPECT_EQ(Tool("list " + path_ + " --json").output, "[\n]\n");
  atoll_object_id expected{}, deleted = Put(client, 10);
  OK(atoll_expect(client, &expected));
  OK(atoll_delete(client, &deleted));
  std::vector<atoll_object_id> ids;
  for (int i = 0; i < 24; ++i) ids.push_back(Put(client, 1 << 20, 7, 40 + static_cast<uint64_t>(i)));
  ASSERT_TRUE(Eventually([&] { return Stats(client).spilled_objects > 0; }));
  std::map<std::string, std::vector<std::string>> listed;
  for (const std::string& line : Lines(Tool("list " + path_).output)) {
    std::istringstream words(line);
    std::vector<std::string> row(std::istream_iterator<std::string>(words), {});
    ASSERT_EQ(row.size(), 6u) << line;
    listed[row[0]] = row;
  }
  EXPECT_EQ(listed.size(), 1 + 26u) << "with the line of names";
  EXPECT_EQ(listed[Hex(expected)][1], "expected");
  EXPECT_EQ(listed[Hex(deleted)][1], "lost");
  uint64_t spilled = 0;
  for (const atoll_object_id& id : ids) {
    const auto& row = listed[Hex(id)];
    ASSERT_EQ(row.size(), 6u) << Hex(id);
    EXPECT_TRUE(row[1] == "sealed" || row[1] == "spilled") << row[1];
    EXPECT_EQ(row[2], std::to_string(1 << 20)) << row[1];
    EXPECT_EQ(row[4], "1") << "one reference, the client's";
    spilled += row[1] == "spilled";
  }
  EXPECT_GT(spilled, 0u);
  const std::string json = Tool("list " + path_ + " --json").output;
  for (const auto& [id, row] : listed) {
    if (id == "id") continue;
    EXPECT_NE(json.find("{\"id\": \"" + id + "\", \"state\": \"" + row[1]), std::string::npos);
  }
  // Gone before the directory is.
  for (const atoll_object_id& id : ids) OK(atoll_dereference(client, &id));
  OK(atoll_dereference(client, &deleted));
  OK(atoll_dereference(client, &expected));
  ::kill(supervisor(), SIGTERM);
  ASSERT_TRUE(looker_->AwaitServerExit(20 * kSecond).ok());
  ASSERT_TRUE(Eventually([&] { return ::rmdir((directory_ + "/spill").c_str()) == 0; }));
}

TEST_F(ToolTest, NamesEveryClientAndItsProcess) {
  Serve();
  atoll_client* client = Attach();
  const atoll_object_id id = Put(client, 5000);
  atoll_view view{};
  OK(atoll_get(client, &id, 0, &view));
  const auto lines = Lines(Tool("clients " + path_).output);
  ASSERT_EQ(lines.size(), 3u) << "names, the fixture's looker, and this";
  std::istringstream words(lines[2]);
  const std::vector<std::string> row(std::istream_iterator<std::string>(words), {});
  ASSERT_EQ(row.size(), 10u) << lines[2];
  EXPECT_EQ(row[0], std::to_string(atoll_client_index(client)));
  EXPECT_EQ(row[1], std::to_string(::getpid()));
  EXPECT_EQ(row[2], "1") << "pins";
  EXPECT_EQ(row[4], "1") << "references";
  EXPECT_EQ(row[9] + "\n", NameOf(::getpid()));
  const std::string json = Tool("clients " + path_ + " --json").output;
  EXPECT_NE(json.find("{\"client\": " + row[0] + ", \"pid\": " + row[1] + ", \"pins\": 1"), std::string::npos)
      << json;
  OK(atoll_release(client, &id));
}

TEST_F(ToolTest, PsNamesTheProcessesInEveryLife) {
  Serve();
  for (int life = 0; life < 2; ++life) {
    EXPECT_EQ(CommandOf(server()), "atoll-store: server of " + path_);
    EXPECT_EQ(CommandOf(supervisor()), "atoll-store: supervisor of " + path_);
    EXPECT_EQ(NameOf(server()), "atoll-store\n");
    EXPECT_EQ(NameOf(supervisor()), "atoll-store\n");
    if (life == 1) break;
    KillServer();
    KillSupervisor();
  }
}

class NotifiedToolTest : public ToolTest {
 protected:
  void Bind(const std::string& name) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    ASSERT_LT(name.size(), sizeof(address.sun_path));
    std::copy(name.begin(), name.end(), address.sun_path);
    if (name[0] == '@') address.sun_path[0] = '\0';
    manager_ = os::UniqueFd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const timeval patience{20, 0};
    ASSERT_EQ(::setsockopt(manager_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), 0);
    ASSERT_EQ(::bind(manager_.get(), reinterpret_cast<sockaddr*>(&address),
                     static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size())),
              0);
    ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
  }
  void TearDown() override {
    ::unsetenv("NOTIFY_SOCKET");
    ::unlink((directory_ + "/notify").c_str());
    ToolTest::TearDown();
  }
  // The next message that begins so, without that; "" when none came.
  std::string Next(const std::string& start) {
    for (;;) {
      char text[512];
      const ssize_t length = ::recv(manager_.get(), text, sizeof(text), 0);
      if (length < 0) return "";
      const std::string message(text, static_cast<size_t>(length));
      if (message.starts_with(start)) return message.substr(start.size());
    }
  }
  os::UniqueFd manager_;
};

TEST_F(NotifiedToolTest, TheServiceManagerIsToldOfEveryLifeAndOfTheEnd) {
  Bind(directory_ + "/notify");
  Serve();
  EXPECT_EQ(Next("MAINPID="), std::to_string(supervisor()));
  EXPECT_EQ(Next("READY=1\n"), "STATUS=Serving " + path_);
  const pid_t before = supervisor();
  KillSupervisor();
  EXPECT_EQ(Next("MAINPID="), std::to_string(supervisor()));
  EXPECT_NE(supervisor(), before);
  KillServer();
  EXPECT_EQ(Next("READY=1\n"), "STATUS=Serving " + path_);
  ::kill(server(), SIGTERM);
  EXPECT_EQ(Next("STOPPING="), "1");
  EXPECT_TRUE(looker_->AwaitServerExit(20 * kSecond).ok());
}

TEST_F(NotifiedToolTest, AnAbstractSocketIsTold) {
  Bind("@atoll-tool-test-" + std::to_string(::getpid()));
  Serve();
  EXPECT_EQ(Next("READY=1\n"), "STATUS=Serving " + path_);
}

TEST_F(NotifiedToolTest, ASocketThatNobodyHasIsNoReasonNotToServe) {
  ::setenv("NOTIFY_SOCKET", (directory_ + "/nobody").c_str(), 1);
  Serve();
  Put(Attach(), 100);
}

// The words of an option: --name.
std::vector<std::string> OptionsIn(std::string text) {
  for (size_t at; (at = text.find("\\-")) != std::string::npos;) text.erase(at, 1);
  std::vector<std::string> options;
  for (size_t at = 0; (at = text.find("--", at)) != std::string::npos;) {
    const size_t end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz-", at);
    options.push_back(text.substr(at, end - at));
    at = end;
  }
  std::sort(options.begin(), options.end());
  options.erase(std::unique(options.begin(), options.end()), options.end());
  return options;
}

TEST_F(ToolTest, ManualPageHasEveryOption) {
  const std::string help = Tool("--help").output, page = Read(ATOLL_STORE_PAGE);
  EXPECT_GT(OptionsIn(help).size(), 10u);
  std::vector<std::string> in_page = OptionsIn(page);
  std::erase(in_page, "--user");  // of systemctl
  EXPECT_EQ(in_page, OptionsIn(help));
  for (const char* command : {"serve", "stats", "list", "clients", "fsck"}) {
    EXPECT_NE(help.find(std::string("atoll-store ") + command), std::string::npos) << command;
    EXPECT_NE(page.find(std::string(".B ") + command + "\n"), std::string::npos) << command;
  }
}

}  // namespace
}  // namespace atollstore
