// Each fault that is planted is found and named; a store in use is sound.
#include "check/fsck.h"

#include "fixture.h"
#include "server/server_core.h"

namespace atollstore {
namespace {

class FsckTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    Start();
    client_ = Attach();
    auto looker = ClientCore::Attach(path_.c_str());
    ASSERT_TRUE(looker.ok()) << LastError();
    looker_ = std::move(looker).value();
  }
  void TearDown() override {
    looker_.reset();
    StoreTest::TearDown();
  }
  Entry& EntryOf(const atoll_object_id& id) { return looker_->control().entry(ObjectId(id).index()); }

  // The only findings are these, and they go when `value` is put back.
  template <typename T>
  void ExpectFound(std::atomic<T>& field, T fault, const char* text) {
    const T right = field.exchange(fault);
    const FsckReport report = FsckLive(looker_->control(), looker_->data());
    field.store(right);
    ASSERT_FALSE(report.sound()) << "not found: " << text;
    EXPECT_NE(report.Text().find(text), std::string::npos) << report.Text();
    EXPECT_TRUE(FsckLive(looker_->control(), looker_->data()).sound());
  }

  atoll_client* client_ = nullptr;
  std::unique_ptr<ClientCore> looker_;
};

TEST_F(FsckTest, StoreInUseIsSound) {
  const atoll_object_id child = Put(client_, 5000);
  atoll_object_id container{}, expected{};
  uint64_t address = 0;
  OK(atoll_create(client_, &container, 10, 2, 0, kSecond, &address));
  const atoll_object_id children[] = {child, child};
  OK(atoll_seal(client_, &container, children));
  OK(atoll_dereference(client_, &child));
  OK(atoll_create(client_, &expected, 3 << 20, 0, 0, kSecond, &address));
  Put(client_, 0);
  const FsckReport report = FsckLive(looker_->control(), looker_->data());
  EXPECT_TRUE(report.sound()) << report.Text();
  EXPECT_EQ(report.objects, 4u);
  EXPECT_EQ(report.blocks, 4u);
  EXPECT_EQ(report.clients, 2u);
}

TEST_F(FsckTest, FindsWhatIsWrongWithAnEntry) {
  const atoll_object_id id = Put(client_, 5000);
  const atoll_object_id other = Put(client_, 5000);
  Entry& entry = EntryOf(id);
  const Word word(entry.word.load());
  ExpectFound(entry.word, word.bits() | 0xf, "state 15 does not exist");
  ExpectFound(entry.word, word.As(State::kFreeing).bits(), "left in FREEING");
  ExpectFound(entry.word, word.As(State::kMoving).bits(), "left in MOVING");
  ExpectFound(entry.word, word.As(State::kCreating).OwnedBy(60).bits(), "client 60, which does not exist");
  ExpectFound(entry.word, Word::LostBecause(word.generation(), 0).bits(), "LOST without a reason");
  ExpectFound(entry.word, word.With(Word::kTaken).bits(), "taken in without ids");
  ExpectFound(entry.block, uint64_t{0}, "SEALED without a block");
  ExpectFound(entry.block, ~uint64_t{0}, "does not exist");
  ExpectFound(entry.block, EntryOf(other).block.load(), "is of place");
  ExpectFound(entry.location, looker_->control().geometry().capacity(), "end outside the store");
  ExpectFound(entry.location, EntryOf(other).location.load(), "is not at");
  ExpectFound(EntryOf(other).size, uint64_t{100}, "is not at");
}

TEST_F(FsckTest, FindsWhatIsWrongWithReferencesAndSlots) {
  const atoll_object_id own = Put(client_, 5000);
  const atoll_object_id id = PutExpected(client_, 5000);
  const Control& control = looker_->control();
  const uint64_t index = ObjectId(id).index();
  const auto me = static_cast<uint32_t>(atoll_client_index(client_));
  ExpectFound(control.references(me)[index], 0u, "unreferenced, and nobody has told the server");
  ExpectFound(control.references(kServer)[index], 1u, "the server holds 1 references");
  ExpectFound(control.references(me)[index + 1], 1u, "FREE with 1 references");
  const uint64_t at = ObjectId(own).index();
  ExpectFound(control.references(looker_->index())[at], 1u, "holds it, and is not named");
  ExpectFound(control.references(looker_->index())[at], 1u, "holds it, and has not touched its block");
  ExpectFound(EntryOf(own).holders, uint64_t{looker_->index()}, "which has not touched its block");
  ExpectFound(EntryOf(own).holders, uint64_t{60}, "names client 60, which does not exist");
  ExpectFound(EntryOf(own).word, Word(EntryOf(own).word.load()).OwnedBy(60).bits(), "made by client 60, which");
  ExpectFound(EntryOf(own).word, EntryOf(own).word.load() | Word::kByCreator, "SEALED by its creator");
  ExpectFound(control.client(me).pid, uint64_t{0}, "a client without a pid");
}

TEST_F(FsckTest, FindsWhatIsWrongWithSpace) {
  const atoll_object_id id = Put(client_, 5000);
  const Control& control = looker_->control();
  const uint64_t block = EntryOf(id).block.load() - 1;
  const uint64_t extent = block / kWordsPerSlab / control.geometry().slabs_per_extent();
  ExpectFound(control.extent(extent), control.extent(extent).load() & ~kExtentReserved, "has no memory");
  ExpectFound(control.extent(extent), kKept | kExtentReserved, "kept for who waits for room, but has blocks");
  ExpectFound(control.block_word(block + 1), uint64_t{77}, "which does not name it");
  ExpectFound(control.entry_block(0).owner, 60u, "entry block 0: of client 60");
  ExpectFound(control.header().reserved_bytes, uint64_t{1}, "header: reserved_bytes 1");
}

}  // namespace
}  // namespace atollstore
