// Containers that the server has taken in let their children go a few at a time.
#include "client/containers.h"

#include "object_id.h"
#include "server_parts.h"

namespace atollstore {
namespace {

class ContainersTest : public ServerPartsTest {
 protected:
  static constexpr uint32_t kAtOnce = 64;

  // The container in this entry, sealed, with so many children.
  void Keep(uint64_t index, uint32_t children) {
    const uint64_t place = ObjectId(0, index, 1).place;
    OwnContainer made = Containers::Make(children);
    ASSERT_NE(made, nullptr);
    for (made->held = 0; made->held < children; ++made->held) made->children[made->held] = 1000 + made->held;
    containers_->Promise(place, std::move(made));
    containers_->Keep(place);
    control_.entry(index).word.store(Word::Of(1, 1, State::kSealed).With(Word::kHasRefs).bits());
  }
  void TakeIn(uint64_t index) {
    control_.entry(index).word.store(Word::Of(1, 1, State::kSealed).With(Word::kHasRefs | Word::kTaken).bits());
  }
  uint64_t Drain() {
    given_.clear();
    return containers_->Drain(kAtOnce, [this](uint64_t child) { given_.push_back(child); });
  }
  void SetUp() override {
    ServerPartsTest::SetUp();
    containers_ = std::make_unique<Containers>(control_);
  }

  std::unique_ptr<Containers> containers_;
  std::vector<uint64_t> given_;
};

TEST_F(ContainersTest, AnyCallLetsFewChildrenGo) {
  constexpr uint32_t kChildren = 10 * kAtOnce + 1;
  Keep(5, kChildren);
  EXPECT_EQ(Drain(), 1u) << "it waits";
  EXPECT_TRUE(given_.empty());
  TakeIn(5);
  std::vector<bool> gone(kChildren);
  for (int calls = 0; calls < 10; ++calls) {
    EXPECT_EQ(Drain(), 0u);
    EXPECT_EQ(given_.size(), kAtOnce);
    for (const uint64_t child : given_) gone[child - 1000] = true;
    for (uint32_t i = 0; i < kChildren; ++i) EXPECT_NE(containers_->KeepsFor(1000 + i), gone[i]) << i;
  }
  EXPECT_EQ(Drain(), 1u);
  EXPECT_EQ(given_.size(), 1u);
  EXPECT_EQ(containers_->kept(), 0u);
}

TEST_F(ContainersTest, AnyCallLooksAtFewAndAllHaveTheirTurn) {
  constexpr uint32_t kKept = 5 * kAtOnce;
  for (uint32_t i = 0; i < kKept; ++i) Keep(i, 1);
  TakeIn(kKept - 1);
  TakeIn(3);
  uint32_t calls = 0, given = 0;
  for (uint64_t looks = 0; looks < kKept; ++calls) {
    const uint64_t done = Drain();
    EXPECT_LE(done, kAtOnce);
    looks += done;
    given += static_cast<uint32_t>(given_.size());
  }
  EXPECT_EQ(given, 2u);
  EXPECT_LE(calls, kKept / kAtOnce + 2);
  EXPECT_EQ(containers_->kept(), kKept - 2);
}

}  // namespace
}  // namespace atollstore
