// Somebody else in the process closes descriptors of the store's memory and connections, whose numbers become those of
// files of his: nothing of these is written, punched or mapped, and a status says what has happened.
#include <dirent.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>

#include "fixture.h"
#include "process.h"

namespace atollstore {
namespace {

class StrangersTest : public StoreTest {
 protected:
  static constexpr off_t kFileBytes = 64 << 20, kWritten = 4 << 20;

  void SetUp() override {
    StoreTest::SetUp();
    std::string name = directory_ + "/stranger-XXXXXX";
    file_ = ::mkostemp(name.data(), O_CLOEXEC);
    ASSERT_GE(file_, 0) << name;
    ASSERT_EQ(::unlink(name.c_str()), 0);
    ASSERT_EQ(::ftruncate(file_, kFileBytes), 0);
    const std::string bytes(kWritten, 7);
    ASSERT_EQ(::write(file_, bytes.data(), bytes.size()), kWritten);
    struct stat about;
    ASSERT_EQ(::fstat(file_, &about), 0);
    blocks_ = about.st_blocks;
  }
  void TearDown() override {
    ::close(file_);
    StoreTest::TearDown();
  }
  // Numbers of what the process has open that suits, the lowest first.
  template <typename F>
  static std::vector<int> Open(F&& suits) {
    std::vector<int> open;
    DIR* fds = ::opendir("/proc/self/fd");
    while (const dirent* entry = ::readdir(fds)) {
      char name[256] = {};
      const std::string path = std::string("/proc/self/fd/") + entry->d_name;
      if (::readlink(path.c_str(), name, sizeof(name) - 1) > 0 && suits(std::atoi(entry->d_name), std::string(name)))
        open.push_back(std::atoi(entry->d_name));
    }
    ::closedir(fds);
    std::sort(open.begin(), open.end());
    return open;
  }
  static std::vector<int> Data() {
    return Open([](int, const std::string& name) { return name.starts_with("/memfd:atoll-data"); });
  }
  // Its bytes are what they were, and at most an extent of it has got memory, from a call that was under way when the
  // number changed hands.
  void ExpectUntouched() const {
    struct stat about;
    ASSERT_EQ(::fstat(file_, &about), 0);
    EXPECT_EQ(about.st_size, kFileBytes);
    EXPECT_LE(about.st_blocks, blocks_ + (2 << 20) / 512);
    std::string bytes(kFileBytes, 1);
    ASSERT_EQ(::pread(file_, bytes.data(), bytes.size(), 0), kFileBytes);
    EXPECT_TRUE(bytes == std::string(kWritten, 7) + std::string(kFileBytes - kWritten, 0));
  }

  int file_ = -1;
  blkcnt_t blocks_ = 0;
};

TEST_F(StrangersTest, NothingIsMappedFromWhatHasTheNumberNow) {
  Process server({"serve", path_, "64000000"});
  ASSERT_EQ(server.ReadLine(), "ready");
  atoll_client* client = Attach();
  const atoll_object_id before = Put(client, 100, 9);
  const auto data = Data();
  ASSERT_EQ(data.size(), 1u);
  ASSERT_EQ(::dup2(file_, data[0]), data[0]);
  atoll_object_id id{};
  uint64_t address = 0;
  EXPECT_EQ(atoll_create(client, &id, 50 << 20, 0, 0, kSecond / 10, &address), -ATOLL_SYSTEM);
  EXPECT_NE(std::string(atoll_last_error()).find("closed by somebody else"), std::string::npos) << atoll_last_error();
  atoll_view view{};
  OK(atoll_get(client, &before, 0, &view));
  EXPECT_EQ(*reinterpret_cast<const uint8_t*>(view.address), 9);
  OK(atoll_release(client, &before));
  Detach(client);
  ExpectUntouched();
  EXPECT_EQ(::close(data[0]), 0) << "it is not the client's";
  server.Kill();
  ::unlink(path_.c_str());
}

TEST_F(StrangersTest, NothingIsBackedOrPunchedInWhatHasTheNumberNow) {
  Start();
  atoll_client* client = Attach();
  const atoll_object_id small = Put(client, 100);
  const auto data = Data();
  ASSERT_EQ(data.size(), 2u);
  ::testing::internal::CaptureStderr();  // before: the server may find out at once
  ASSERT_EQ(::dup2(file_, data[0]), data[0]);  // the server's, which came first
  atoll_object_id id{};
  uint64_t address = 0;
  // On a busy machine the server may come to it late.
  EXPECT_TRUE(Eventually([&] {
    EXPECT_EQ(atoll_create(client, &id, 60 << 20, 0, 0, kSecond / 10, &address), -ATOLL_STORE_FULL);
    return std::string(atoll_last_error()).find("closed by somebody else in its process") != std::string::npos;
  })) << atoll_last_error();
  EXPECT_EQ(std::string(atoll_last_error()).find("limits"), std::string::npos) << atoll_last_error();
  OK(atoll_dereference(client, &small));
  ::usleep(100'000);
  Detach(client);
  Stop();
  EXPECT_NE(::testing::internal::GetCapturedStderr().find("of the store's memory, was closed by somebody else in the server"),
            std::string::npos);
  ExpectUntouched();
  EXPECT_EQ(::close(data[0]), 0);
}

// The server lives, and is told so.
TEST_F(StrangersTest, ClientConnectsAgainWhenTheServersEndWasClosed) {
  Start();
  atoll_client* client = Attach();
  const auto ends = Open([this](int fd, const std::string&) {
    sockaddr_un name{};
    socklen_t length = sizeof(name);
    int listens = 1;
    socklen_t size = sizeof(listens);
    return ::getsockname(fd, reinterpret_cast<sockaddr*>(&name), &length) == 0 && path_ == name.sun_path &&
           ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 && listens == 0;
  });
  ASSERT_EQ(ends.size(), 1u);
  ASSERT_EQ(::dup2(file_, ends[0]), ends[0]);
  const atoll_object_id id = Put(client, 40 << 20);
  OK(atoll_publish(client, "name", &id, 20 * kSecond));
  OK(atoll_unpublish(client, "name", 20 * kSecond));
  OK(atoll_dereference(client, &id));
  EXPECT_TRUE(BecomesEmpty(client));
  ExpectUntouched();
  EXPECT_EQ(::close(ends[0]), 0);
}

}  // namespace
}  // namespace atollstore
