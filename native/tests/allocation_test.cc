// Memory of the process itself runs out: the call says so, and nothing stays locked or half done. In the library's own
// threads, where nobody can be told, it is waited for.
#include <sys/stat.h>

#include <fstream>
#include <iterator>

#include "fixture.h"
#include "process.h"

namespace atollstore {
namespace {

class AllocationTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    spill_ = directory_ + "/spill";
    ASSERT_EQ(::mkdir(spill_.c_str(), 0700), 0);
  }
  void TearDown() override {
    EXPECT_EQ(::rmdir(spill_.c_str()), 0);
    StoreTest::TearDown();
  }
  // "ok N"
  void ExpectFailures(const std::string& said, int least) {
    EXPECT_EQ(said.substr(0, 3), "ok ") << said;
    EXPECT_GT(std::atoi(said.substr(std::min<size_t>(3, said.size())).c_str()), least) << said;
    RecordProperty("failures", said);
  }
  std::string spill_;
};

TEST_F(AllocationTest, EachFailsOnceInEveryCallOfAClient) {
  Start();
  atoll_client* client = Attach();
  Process peer({"hungry", path_});
  ExpectFailures(peer.ReadLine(), 10);
  EXPECT_EQ(peer.Wait(), 0);
  EXPECT_TRUE(BecomesEmpty(client)) << Stats(client).objects << " objects";
}

TEST_F(AllocationTest, EachFailsOnceInTheCallsOfAServer) {
  Process peer({"hungry_server", path_, spill_});
  ExpectFailures(peer.ReadLine(), 20);
  EXPECT_EQ(peer.Wait(), 0);
}

// A server, with its threads for files, in which each allocation fails once: a burial, a spill or a restore goes on when
// there is memory again, from where it was.
TEST_F(AllocationTest, EachFailsOnceInTheThreadsOfAServer) {
  const std::string log = directory_ + "/log";
  Process server({"starved", path_, spill_, log});
  ASSERT_EQ(server.ReadLine(), "ready");
  atoll_client* client = Attach();
  ASSERT_NE(client, nullptr);
  // More than there is room for, with a container and a name among it.
  std::vector<atoll_object_id> ids;
  for (int i = 0; i < 24; ++i) ids.push_back(Put(client, 1 << 20, static_cast<uint8_t>(i)));
  const atoll_object_id child = PutExpected(client, 1000);
  atoll_object_id container{};
  uint64_t address = 0;
  OK(atoll_create(client, &container, 10, 1, 0, 10 * kSecond, &address));
  OK(atoll_seal(client, &container, &child));
  OK(atoll_dereference(client, &child));
  OK(atoll_publish(client, "starved", &container, ATOLL_FOREVER));
  // Clients that die with objects of their own, pins, and what they have begun.
  for (int i = 0; i < 4; ++i) {
    Process put({"put", path_, "300", "1000"});
    ASSERT_EQ(put.ReadLine().substr(0, 5), "ready");
    Process hold({"hold", path_, std::to_string(ids[0].store), std::to_string(ids[0].place)});
    ASSERT_EQ(hold.ReadLine().substr(0, 5), "ready");
  }
  EXPECT_TRUE(Eventually([&] { return Stats(client).buried == 8; })) << Stats(client).buried;
  for (size_t i = 0; i < ids.size(); ++i) {
    atoll_view view{};
    OK(atoll_get(client, &ids[i], 10 * kSecond, &view));
    EXPECT_EQ(*reinterpret_cast<const uint8_t*>(view.address), i);
    OK(atoll_release(client, &ids[i]));
  }
  EXPECT_GT(Stats(client).restored, 0u);
  OK(atoll_unpublish(client, "starved", ATOLL_FOREVER));
  OK(atoll_dereference(client, &container));
  for (const atoll_object_id& id : ids) OK(atoll_dereference(client, &id));
  EXPECT_TRUE(BecomesEmpty(client)) << Stats(client).objects << " objects";
  ExpectSound();
  Detach(client);
  server.WriteLine("");
  ExpectFailures(server.ReadLine(), 50);
  EXPECT_EQ(server.Wait(), 0);
  std::ifstream file(log);
  const std::string said(std::istreambuf_iterator<char>(file), {});
  EXPECT_NE(said.find("atoll: atoll-server: out of memory, waiting for some\n"), std::string::npos) << said;
  EXPECT_NE(said.find("atoll: atoll-spill: out of memory, waiting for some\n"), std::string::npos) << said;
  ::unlink(log.c_str());
}

}  // namespace
}  // namespace atollstore
