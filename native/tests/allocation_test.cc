// Memory of the process itself runs out: the call says so, and nothing stays locked or half done.
#include "fixture.h"
#include "process.h"

namespace atollstore {
namespace {

using AllocationTest = StoreTest;

TEST_F(AllocationTest, EachFailsOnceInEveryCallOfAClient) {
  Start();
  atoll_client* client = Attach();
  Process peer({"hungry", path_});
  const std::string said = peer.ReadLine();
  EXPECT_EQ(said.substr(0, 3), "ok ") << said;
  EXPECT_GT(std::atoi(said.substr(std::min<size_t>(3, said.size())).c_str()), 10) << said;
  EXPECT_EQ(peer.Wait(), 0);
  RecordProperty("failures", said);
  EXPECT_TRUE(BecomesEmpty(client)) << Stats(client).objects << " objects";
}

}  // namespace
}  // namespace atollstore
