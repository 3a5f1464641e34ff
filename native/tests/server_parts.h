// What the parts of a server need: two segments of a small store, and who frees and reserves in it. No thread runs.
#ifndef ATOLL_TESTS_SERVER_PARTS_H_
#define ATOLL_TESTS_SERVER_PARTS_H_

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "os/socket.h"
#include "server/doorway.h"
#include "server/events.h"
#include "server/reserver.h"
#include "server/sweeper.h"
#include "server/watcher.h"

namespace atollstore {

class ServerPartsTest : public ::testing::Test {
 protected:
  static constexpr uint64_t kClients = 4;

  void SetUp() override {
    char name[] = "/tmp/atoll-test-XXXXXX";
    ASSERT_NE(::mkdtemp(name), nullptr);
    directory_ = name;
    path_ = directory_ + "/store.sock";
    auto geometry = Geometry::Of({32 << 20, 4096, kClients, 2 << 20, 4096, 0});
    ASSERT_TRUE(geometry.ok());
    Make("control", geometry.value().control_bytes, &control_memory_, &control_mapping_);
    Make("data", geometry.value().capacity(), &data_memory_, &data_mapping_);
    control_ = Control(control_mapping_.data(), geometry.value(), control_memory_.get());
    control_.header().store.store(42);
    ASSERT_TRUE(wake_.Make());
    ASSERT_TRUE(watcher_.Open(path_).ok());
    reserver_ = std::make_unique<Reserver>(control_, control_memory_.get(), data_memory_.get(), &data_mapping_, &wake_);
    sweeper_ = std::make_unique<Sweeper>(control_, &data_mapping_, reserver_.get());
  }
  void TearDown() override { EXPECT_EQ(::rmdir(directory_.c_str()), 0); }

  static void Make(const char* name, uint64_t bytes, std::unique_ptr<os::SharedMemory>* memory, os::Mapping* mapping) {
    auto made = os::SharedMemory::Create(name, bytes);
    ASSERT_TRUE(made.ok()) << LastError();
    *memory = std::make_unique<os::SharedMemory>(std::move(made).value());
    auto mapped = os::Mapping::Map(**memory, os::Mapping::Access::kReadWrite);
    ASSERT_TRUE(mapped.ok()) << LastError();
    *mapping = std::move(mapped).value();
  }
  std::unique_ptr<Doorway> OpenDoorway() {
    os::SocketFile file;
    auto listener = os::Listen(path_, &file);
    EXPECT_TRUE(listener.ok()) << LastError();
    auto doorway = std::make_unique<Doorway>(path_, std::move(listener).value(), file);
    doorway->Use(control_, &watcher_);
    EXPECT_TRUE(doorway->Open().ok()) << LastError();
    return doorway;
  }
  os::UniqueFd Connect() {
    auto socket = os::Connect(path_);
    EXPECT_TRUE(socket.ok()) << LastError();
    return std::move(socket).value();
  }
  // What has happened by now, of one kind.
  std::vector<uint32_t> Events(EventKind kind) {
    uint64_t events[Watcher::kMostEvents];
    bool anew = false;
    std::vector<uint32_t> of_kind;
    for (int i = 0, count = watcher_.Wait(0, events, &anew); i < count; ++i) {
      if (events[i] >> 32 == kind) of_kind.push_back(static_cast<uint32_t>(events[i]));
    }
    return of_kind;
  }

  std::string directory_, path_;
  std::unique_ptr<os::SharedMemory> control_memory_, data_memory_;
  os::Mapping control_mapping_, data_mapping_;
  Control control_;
  os::WakeFd wake_;
  Watcher watcher_;
  std::unique_ptr<Reserver> reserver_;
  std::unique_ptr<Sweeper> sweeper_;
};

}  // namespace atollstore

#endif  // ATOLL_TESTS_SERVER_PARTS_H_
