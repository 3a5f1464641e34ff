// The parts of a server, each by itself: what it waits for, who comes, who is let in, who has died, and what is asked.
#include "server_parts.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <array>
#include <atomic>
#include <fstream>
#include <thread>

#include "heap/client_heap.h"
#include "layout/control_budget.h"
#include "layout/wish.h"
#include "server/admission.h"
#include "server/deaths.h"
#include "server/requests.h"
#include "server/server_core.h"

namespace atollstore {
namespace {

using WatcherTest = ServerPartsTest;

TEST_F(WatcherTest, TellsWhatHasHappened) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ASSERT_TRUE(watcher_.Watch(ends[0], Event(kSocket, 7)).ok());
  EXPECT_TRUE(Events(kSocket).empty());
  ASSERT_EQ(::write(ends[1], "x", 1), 1);
  EXPECT_EQ(Events(kSocket), std::vector<uint32_t>{7});
  watcher_.Forget(ends[0]);
  EXPECT_TRUE(Events(kSocket).empty());
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_F(WatcherTest, TakesAnotherDescriptorWhenSomebodyHasClosedItsOwn) {
  Watcher watcher;
  const int number = ::dup(0);
  ::close(number);
  ASSERT_TRUE(watcher.Open(path_).ok());
  ::close(number);  // by mistake; and another file gets the number
  ASSERT_EQ(::open("/dev/null", O_RDWR | O_CLOEXEC), number);
  uint64_t events[Watcher::kMostEvents];
  bool anew = false;
  EXPECT_EQ(watcher.Wait(0, events, &anew), 0);
  EXPECT_TRUE(anew);
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  EXPECT_TRUE(watcher.Watch(ends[0], Event(kWake, 0)).ok());
  ASSERT_EQ(::write(ends[1], "x", 1), 1);
  EXPECT_EQ(watcher.Wait(0, events, &anew), 1);
  EXPECT_FALSE(anew);
  for (const int fd : {number, ends[0], ends[1]}) EXPECT_EQ(::close(fd), 0) << "it is not the watcher's";
}

TEST_F(WatcherTest, WaitsForADescriptorWhenThereIsNone) {
  Watcher watcher;
  const int number = ::dup(0);
  ::close(number);
  ASSERT_TRUE(watcher.Open(path_).ok());
  ::close(number);  // by mistake
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{static_cast<rlim_t>(number), before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  uint64_t events[Watcher::kMostEvents];
  bool anew = false;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(watcher.Wait(-1, events, &anew), 0);
    EXPECT_FALSE(anew) << "nothing can be watched yet";
  }
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(watcher.Wait(-1, events, &anew), 0);
  EXPECT_TRUE(anew);
}

using DoorwayTest = ServerPartsTest;

TEST_F(DoorwayTest, GuestsAreThereUntilTheyAreTaken) {
  auto doorway = OpenDoorway();
  const os::UniqueFd one = Connect(), two = Connect();
  ASSERT_EQ(Events(kListener).size(), 1u);
  doorway->AcceptAll();
  EXPECT_EQ(doorway->guests(), 2u);
  EXPECT_TRUE(Events(kGuest).empty()) << "nobody has said anything";
  ASSERT_TRUE(os::Send(two.get(), "hello", 5, nullptr, 0).ok());
  const auto spoken = Events(kGuest);
  ASSERT_EQ(spoken.size(), 1u);
  EXPECT_TRUE(doorway->Take(static_cast<int>(spoken[0])).socket.valid());
  EXPECT_FALSE(doorway->Take(static_cast<int>(spoken[0])).socket.valid());
  EXPECT_EQ(doorway->guests(), 1u);
  doorway->Close();
}

TEST_F(DoorwayTest, WhoIsSilentForLongestMakesRoom) {
  auto doorway = OpenDoorway();
  std::vector<os::UniqueFd> all;
  for (size_t i = 0; i < Doorway::kMostGuests + 10; ++i) {
    all.push_back(Connect());
    doorway->AcceptAll();
  }
  EXPECT_EQ(doorway->guests(), Doorway::kMostGuests);
  char byte;
  for (size_t i = 0; i < all.size(); ++i)
    EXPECT_EQ(os::TakeMessage(all[i].get(), &byte, 1) < 0, i < 10) << i << ": closed, or nothing to read yet";
  doorway->Close();
}

TEST_F(DoorwayTest, RemovesItsOwnSocketAlone) {
  auto doorway = OpenDoorway();
  ASSERT_EQ(::unlink(path_.c_str()), 0);
  std::ofstream(path_) << "somebody else's";
  doorway->Close();
  EXPECT_EQ(::unlink(path_.c_str()), 0) << "it is there still";
  doorway = OpenDoorway();
  doorway->Close();
  EXPECT_NE(::access(path_.c_str(), F_OK), 0);
}

// As when a server cannot begin over segments that its supervisor has made.
TEST_F(DoorwayTest, RemovesTheSocketOfTheHeaderBeforeAnybodyHasCome) {
  os::SocketFile file;
  auto listener = os::Listen(path_, &file);
  ASSERT_TRUE(listener.ok()) << LastError();
  control_.header().socket_device.store(file.device);
  control_.header().socket_file.store(file.file);
  Doorway doorway(path_, std::move(listener).value(), {});
  doorway.Use(control_, &watcher_);
  doorway.Close();
  EXPECT_NE(::access(path_.c_str(), F_OK), 0);
}

class AdmissionTest : public ServerPartsTest {
 protected:
  void SetUp() override {
    ServerPartsTest::SetUp();
    reserver_->Poll(false);
    doorway_ = OpenDoorway();
    admission_ = std::make_unique<Admission>(control_, control_memory_.get(), data_memory_.get(), &watcher_,
                                             reserver_.get(), [this](uint32_t client) { died_.push_back(client); });
  }
  void TearDown() override {
    doorway_->Close();
    ServerPartsTest::TearDown();
  }
  // Somebody comes and says this. Returns the answer.
  Welcome Greet(uint32_t version = kLayoutVersion, uint32_t kind = 0) {
    connections_.push_back(Connect());
    const int socket = connections_.back().get();
    const Hello hello{kMagic, version, kind, 0, 0};
    EXPECT_TRUE(os::Send(socket, &hello, sizeof(hello), nullptr, 0).ok());
    doorway_->AcceptAll();
    for (const uint32_t number : Events(kGuest)) admission_->Greet(doorway_->Take(static_cast<int>(number)));
    Welcome welcome{};
    os::Descriptors fds;
    auto received = os::Receive(socket, &welcome, sizeof(welcome), &fds);
    EXPECT_TRUE(received.ok() && received.value() == sizeof(welcome)) << LastError();
    EXPECT_EQ(fds[0].valid() && fds[1].valid(), welcome.code == 0);
    return welcome;
  }
  uint32_t StateOf(uint32_t client) { return control_.client(client).state.load(); }

  std::unique_ptr<Doorway> doorway_;
  std::unique_ptr<Admission> admission_;
  std::vector<os::UniqueFd> connections_;
  std::vector<uint32_t> died_;
};

TEST_F(AdmissionTest, GivesOutASlotUntilItIsFreeAgain) {
  for (uint32_t client = 1; client <= kClients; ++client) {
    const Welcome welcome = Greet();
    EXPECT_EQ(welcome.code, 0u);
    EXPECT_EQ(welcome.client, client);
    EXPECT_TRUE(admission_->Has(client));
    EXPECT_TRUE(control_.HasClient(client));
    EXPECT_EQ(StateOf(client), static_cast<uint32_t>(ClientState::kGreeted)) << "it is its own to take";
  }
  Welcome refused = Greet();
  EXPECT_EQ(refused.code, static_cast<uint32_t>(ATOLL_TOO_MANY_CLIENTS));
  EXPECT_EQ(refused.detail, kClients);
  EXPECT_TRUE(admission_->Died(2));
  EXPECT_FALSE(admission_->Died(2));
  EXPECT_FALSE(admission_->Has(2));
  EXPECT_EQ(Greet().code, static_cast<uint32_t>(ATOLL_TOO_MANY_CLIENTS)) << "it is not buried";
  admission_->Free(2);
  EXPECT_EQ(Greet().client, 2u);
  EXPECT_TRUE(died_.empty());
}

TEST_F(AdmissionTest, WhoOnlyLooksTakesNoSlotAndOtherVersionsAreRefused) {
  EXPECT_EQ(Greet(kLayoutVersion, kLooks).code, 0u);
  const Welcome other = Greet(kLayoutVersion + 1);
  EXPECT_EQ(other.code, static_cast<uint32_t>(ATOLL_REFUSED));
  EXPECT_EQ(other.client, static_cast<uint32_t>(Refusal::kVersion));
  EXPECT_EQ(Greet(kLayoutVersion, 3).client, static_cast<uint32_t>(Refusal::kForgotten)) << "it has never been there";
  EXPECT_EQ(control_.clients(), 0u);
}

// As a server finds them that follows another one.
TEST_F(AdmissionTest, FindsAgainWhoLivesAndWhoDoesNot) {
  const auto leave = [&](uint32_t client, pid_t pid, ClientState state) {
    control_.AddClient(client);
    control_.client(client).pid.store(static_cast<uint64_t>(pid));
    control_.client(client).state.store(static_cast<uint32_t>(state));
  };
  leave(1, ::getpid(), ClientState::kAttached);
  leave(2, ::getpid(), ClientState::kDetached);
  leave(3, ::getpid(), ClientState::kGreeted);
  leave(4, 0, ClientState::kAttached);
  for (uint32_t client = 1; client <= kClients; ++client) EXPECT_TRUE(admission_->FindAgain(client).ok()) << client;
  EXPECT_EQ(died_, (std::vector<uint32_t>{2, 4}));
  EXPECT_TRUE(admission_->Has(1));
  EXPECT_FALSE(admission_->IsUsed(3)) << "it asks again";
  EXPECT_FALSE(control_.HasClient(3));
}

class DeathsTest : public ServerPartsTest {
 protected:
  void SetUp() override {
    ServerPartsTest::SetUp();
    deaths_ = std::make_unique<Deaths>(
        control_, sweeper_.get(), reserver_.get(), [this](uint32_t client) { begun_.push_back(client); },
        [this](uint32_t client) { ended_.push_back(client); });
    for (const uint32_t client : {1, 2, 3}) {
      control_.AddClient(client);
      control_.client(client).state.store(static_cast<uint32_t>(ClientState::kAttached));
    }
  }
  void BuryAll() {
    while (deaths_->GoOn()) reserver_->Poll(false);
  }

  std::unique_ptr<Deaths> deaths_;
  std::vector<uint32_t> begun_, ended_;
};

TEST_F(DeathsTest, BuriesOneAfterTheOther) {
  deaths_->Note(2);
  deaths_->Note(1);
  EXPECT_EQ(control_.client(2).state.load(), static_cast<uint32_t>(ClientState::kDead));
  BuryAll();
  EXPECT_EQ(begun_, (std::vector<uint32_t>{2, 1}));
  EXPECT_EQ(ended_, begun_);
  EXPECT_FALSE(control_.HasClient(1));
  EXPECT_FALSE(control_.HasClient(2));
  EXPECT_TRUE(control_.HasClient(3));
}

TEST_F(DeathsTest, AwaitsTheFarewellOnce) {
  deaths_->AwaitFarewell();
  deaths_->Note(3);
  BuryAll();
  EXPECT_TRUE(begun_.empty());
  EXPECT_EQ(deaths_->DeadClient().value(), 3);
  EXPECT_EQ(deaths_->AskForBurial(1).code(), ATOLL_NOT_FOUND);
  EXPECT_TRUE(deaths_->AskForBurial(3).ok());
  EXPECT_TRUE(deaths_->AskForBurial(3).ok());
  deaths_->TakeAsked();
  BuryAll();
  EXPECT_EQ(ended_, std::vector<uint32_t>{3});
  EXPECT_FALSE(deaths_->Unburied(3));
  EXPECT_TRUE(deaths_->AwaitBurial(3).ok());
  EXPECT_EQ(deaths_->DeadClient().status().code(), ATOLL_NOT_FOUND);
}

TEST_F(DeathsTest, WhatWasSaidOfOneCountsForNobodyAfterIt) {
  deaths_->AwaitFarewell();
  deaths_->Note(3);
  EXPECT_TRUE(deaths_->AskForBurial(3).ok());
  deaths_->TakeAsked();
  EXPECT_TRUE(deaths_->AskForBurial(3).ok()) << "by another thread, in the middle of it";
  BuryAll();
  EXPECT_EQ(ended_, std::vector<uint32_t>{3});
  control_.AddClient(3);
  control_.client(3).state.store(static_cast<uint32_t>(ClientState::kAttached));
  deaths_->Note(3);
  deaths_->TakeAsked();
  BuryAll();
  EXPECT_EQ(ended_, std::vector<uint32_t>{3}) << "its farewell is awaited still";
  EXPECT_TRUE(deaths_->Unburied(3));
}

TEST_F(DeathsTest, NobodyWaitsForAServerThatHasEnded) {
  deaths_->AwaitFarewell();
  deaths_->Note(1);
  EXPECT_TRUE(deaths_->AskForBurial(1).ok());
  deaths_->Stop();
  EXPECT_EQ(deaths_->AwaitBurial(1).code(), ATOLL_DISCONNECTED);
}

class RequestsTest : public AdmissionTest {
 protected:
  void SetUp() override {
    AdmissionTest::SetUp();
    names_ = std::make_unique<NameTable>(control_);
    requests_ = std::make_unique<Requests>(control_, admission_.get(), names_.get(), sweeper_.get(), reserver_.get());
    control_.header().blocks_high.store(1);
    control_.entry(5).word.store(Word::Of(1, 0, State::kSealed).bits());
    EXPECT_EQ(Greet().client, 1u);
  }
  // Asks for the name, and has the server look.
  void Ask(NameWish wish, const char* name, uint32_t ticket) {
    NameRequest request{kMagic, static_cast<uint16_t>(wish), 0, ticket, ObjectId(42, 5, 1).place, std::strlen(name), {}};
    std::memcpy(request.name, name, request.length);
    ASSERT_TRUE(os::Send(connections_.back().get(), &request, sizeof(request), nullptr, 0).ok());
    EXPECT_TRUE(requests_->Take(1));
  }
  NameAnswer& answer() { return control_.client(1).name_answers[0]; }

  std::unique_ptr<NameTable> names_;
  std::unique_ptr<Requests> requests_;
};

TEST_F(RequestsTest, NamesAreAnsweredInTheClientsRecord) {
  Ask(NameWish::kPublish, "a", 7);
  EXPECT_EQ(answer().ticket.load(), 7u);
  EXPECT_EQ(answer().code.load(), 0u);
  EXPECT_EQ(FindName(control_, "a"), ObjectId(42, 5, 1).place);
  Ask(NameWish::kUnpublish, "b", 8);
  EXPECT_EQ(answer().ticket.load(), 8u);
  EXPECT_EQ(answer().code.load(), static_cast<uint32_t>(ATOLL_NOT_FOUND));
  connections_.clear();
  EXPECT_FALSE(requests_->Take(1)) << "it has closed the connection";
}

TEST_F(RequestsTest, WhatLacksControlMemoryIsAnsweredWhenThereIsSome) {
  control_.header().control_budget.store(0);
  Ask(NameWish::kPublish, "a", 7);
  EXPECT_EQ(answer().ticket.load(), 0u);
  EXPECT_TRUE(requests_->AnswerLate()) << "it waits still";
  while (control_.header().control_budget.load() == 0) reserver_->Poll(false);
  EXPECT_FALSE(requests_->AnswerLate());
  EXPECT_EQ(answer().ticket.load(), 7u);
  EXPECT_EQ(answer().code.load(), 0u);
}

using ServerCoreTest = ServerPartsTest;

// The header of these has never been written.
TEST_F(ServerCoreTest, DoesNotBeginOverWhatIsNoStore) {
  for (const uint64_t bytes : {uint64_t{4096}, control_memory_->size()}) {
    auto control = os::SharedMemory::Create("control", bytes), data = os::SharedMemory::Create("data", 32 << 20);
    ASSERT_TRUE(control.ok() && data.ok()) << LastError();
    os::SocketFile file;
    auto listener = os::Listen(path_, &file);
    ASSERT_TRUE(listener.ok()) << LastError();
    atoll_server_options options{};
    options.socket_path = path_.c_str();
    auto server = ServerCore::TakeOver(options, Segments{std::move(control).value(), std::move(data).value(),
                                                         std::move(listener).value(), {}, file});
    EXPECT_EQ(server.status().code(), ATOLL_CORRUPT) << LastError();
    EXPECT_NE(::access(path_.c_str(), F_OK), 0) << "its socket is there still";
  }
}

TEST_F(ServerPartsTest, WhoHasNoTimeIsSentAwayWithoutBeingTakenIn) {
  control_.AddClient(1);
  ClientRecord& record = control_.client(1);
  const WishWord waits = WishWord(0).Next().As(WishState::kWaits);
  for (uint32_t place = 0; place < 2; ++place) {
    WishRecord& wish = record.wishes[place];
    wish.kind.store(static_cast<uint32_t>(WishKind::kRoom) | (place == 0 ? kUrgent : 0));
    wish.ticket.store(place + 1);
    wish.word.store(waits.bits());
    record.wishing.fetch_or(1u << place);
  }
  const WishList wishes(control_);
  wishes.SendUrgentAway();
  EXPECT_EQ(record.wishes[0].word.load(), waits.As(WishState::kRefused).bits());
  EXPECT_EQ(record.wishes[0].seen.load(), 0u) << "else it would be told that the store is full";
  EXPECT_EQ(record.wishes[0].bell.Read(), 1u);
  EXPECT_EQ(record.wishes[1].word.load(), waits.bits());
  control_.RemoveClient(1);
}

// Others may have settled what a burial has taken, and then it was opened, leased and handed over: with objects in it.
TEST_F(ServerPartsTest, WhatWasTakenIsSettledOnceAndNotWhenItHasComeBack) {
  Orphans& orphans = sweeper_->orphans();
  constexpr uint64_t kExtent = 3;
  u32& word = control_.extent(kExtent);
  word.store(kExtentReserved | 1);
  ASSERT_TRUE(orphans.Take(kExtent, 1));
  orphans.Settle(kExtent);  // the mover's scan
  EXPECT_EQ(word.load() & kExtentOwnerMask, kReserver) << "nothing lies there";
  word.store(kExtentReserved | kOrphan);  // as its next owner leaves it, who was not counted yet
  orphans.SettleTaken(kExtent);
  EXPECT_EQ(word.load() & kExtentOwnerMask, kOrphan);
  EXPECT_TRUE(orphans.IsUnsettled(kExtent));
  EXPECT_TRUE(orphans.IsHandedOver(kExtent));
}

// What is damaged has no block, and may be begun anew by a client while the next life of the server looks at it.
TEST_F(ServerPartsTest, WhatIsBegunAnewKeepsItsBlock) {
  constexpr uint64_t kIndex = 70, kGeneration = 5, kBlock = 1;
  for (const bool deleted : {false, true}) {
    Entry& entry = control_.entry(kIndex);
    const uint64_t place = ObjectId(0, kIndex, kGeneration).place;
    control_.block_word(kBlock - 1).store(place);
    entry.block.store(kBlock);
    entry.word.store(Word::LostBecause(kGeneration, deleted ? ATOLL_LOST_DELETED : ATOLL_LOST_DAMAGED).bits());
    sweeper_->Settle(kIndex);
    EXPECT_EQ(control_.block_word(kBlock - 1).load(), deleted ? 0 : place);
  }
}

// An extent is granted to a client, and the server takes the grant back in that moment: it is the one's or the other's.
TEST_F(ServerPartsTest, WhatIsKeptBecomesNobodysOrTheClients) {
  u32& word = control_.extent(0);
  word.store(kExtentReserved);
  std::atomic<bool> done{false};
  std::thread server([&] {
    while (!done.load()) {
      uint32_t free = kExtentReserved;
      word.compare_exchange_strong(free, kExtentReserved | kKept);
      GiveBackKept(control_, {0, 1});
    }
  });
  uint64_t taken = 0, lost = 0;
  for (int tries = 0; taken < 20'000 && tries < 50'000'000; ++tries) {
    uint32_t kept = kExtentReserved | kKept;
    if (!word.compare_exchange_strong(kept, kExtentReserved | 1)) continue;
    ++taken;
    for (int looks = 0; looks < 100; ++looks) lost += word.load() != (kExtentReserved | 1) ? 1 : 0;
    word.store(kExtentReserved);
  }
  done = true;
  server.join();
  EXPECT_GT(taken, 0u);
  EXPECT_EQ(lost, 0u);
}

}  // namespace
}  // namespace atollstore
