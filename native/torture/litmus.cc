// litmus: two processes on two CPUs race over one entry a round, with the code that is shipped. One is the
// server and considers the entry (Sweeper::Sweep), or evicts it (Sweeper::Evict), or is its creator and
// frees what nobody else has seen (FreeUnseen). The other
//   - gets it (atoll_get) while it may be freed: a validated pin on a freed object is a lost one;
//   - gets it while it may be evicted: a get that did not wait for a restore, of an object that is gone, is a
//     lost one;
//   - registers a receiver's reference and then drops the sender's: freeing it at all is a lost one.
// A build whose pin is a plain store must lose some: else the race is none.
#include <sched.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bit>
#include <cstdio>
#include <cstdlib>
#include <random>

#include "atoll/c.h"
#include "bare_store.h"
#include "client/free_unseen.h"
#include "layout/location.h"
#include "server/sweeper.h"
#include "torture.h"

namespace atollstore::torture {
namespace {

constexpr uint64_t kBatch = 64;  // entries: all are made before they are raced over one after the other
constexpr uint64_t kRounds = 100'000'000;
constexpr int64_t kPatience = 10'000'000'000;
// The receiver's column is scanned before the sender's: the order in which a reference can slip through a
// scan.
constexpr uint32_t kReceiver = 1, kSender = 2;

enum class Race { kPin, kEvict, kHandOver, kUnseen };

// What the two share beside the store.
struct Table {
  alignas(64) std::atomic<uint64_t> arrived[2][8];
  alignas(64) std::atomic<uint64_t> generation;  // of this batch; 0: the end
  alignas(64) std::atomic<uint64_t> got;         // bit per entry: the client's call succeeded
  alignas(64) std::atomic<uint64_t> restored;    // entries that were evicted first, and then wanted
};

class Barrier {
 public:
  Barrier(Table* table, int me) : mine_(table->arrived[me][0]), other_(table->arrived[1 - me][0]) {}
  void Pass() {
    mine_.store(++round_, std::memory_order_seq_cst);
    for (int spins = 0; other_.load(std::memory_order_acquire) < round_;) {
      if (++spins % 20'000 == 0) ::sched_yield();  // a busy machine has taken the other one's CPU
    }
  }
  // Whether the other one has come to the barrier that this one is to pass next.
  bool OtherIsThere() const { return other_.load(std::memory_order_acquire) > round_; }

 private:
  std::atomic<uint64_t>& mine_;
  std::atomic<uint64_t>& other_;
  uint64_t round_ = 0;
};

// The first or second CPU of those that this process may use, or all of them again.
constexpr int kAll = -1;
void RunOn(int which) {
  static const cpu_set_t allowed = [] {
    cpu_set_t set;
    if (::sched_getaffinity(0, sizeof(set), &set) != 0 || CPU_COUNT(&set) < 2) {
      std::fprintf(stderr, "litmus: needs two CPUs\n");
      std::_Exit(4);
    }
    return set;
  }();
  cpu_set_t one;
  CPU_ZERO(&one);
  for (int cpu = 0, seen = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &allowed) && (seen++ == which || which == kAll)) CPU_SET(cpu, &one);
  }
  if (::sched_setaffinity(0, sizeof(one), &one) != 0) std::_Exit(4);
}

[[noreturn]] void RunClient(Table* table, const std::string& path, Race race) {
  RunOn(1);
  Barrier barrier(table, 1);
  atoll_client *receiver = nullptr, *sender = nullptr;
  MUST(atoll_attach(path.c_str(), nullptr, &receiver));
  MUST(atoll_attach(path.c_str(), nullptr, &sender));
  const uint64_t store = atoll_store_id(receiver);
  std::minstd_rand random(7);
  int delay = 64;  // steered so that either side is first about as often as the other
  for (;;) {
    barrier.Pass();  // the batch is made
    const uint64_t generation = table->generation.load();
    if (generation == 0) std::_Exit(0);
    if (generation == 1 && race == Race::kHandOver) {  // It has paid for no slot yet.
      const atoll_object_id first{store, generation};
      MUST(atoll_reference(sender, &first));
      MUST(atoll_dereference(sender, &first));
    }
    uint64_t got = 0;
    for (uint64_t i = 0; i < kBatch; ++i) {
      const atoll_object_id id{store, i << ObjectId::kGenerationBits | generation};
      barrier.Pass();
      for (auto wait = random() % static_cast<unsigned>(2 * delay); wait > 0; --wait) asm volatile("");
      if (race != Race::kHandOver) {
        atoll_view view;
        const uint64_t restored = table->restored.load();
        const bool ok = atoll_get(receiver, &id, kPatience, &view) == 0;  // what has been evicted comes back
        got |= uint64_t{ok} << i;
        const bool first = ok && table->restored.load() == restored;
        delay = first ? (delay < 4096 ? delay + 1 : delay) : (delay > 1 ? delay - 1 : delay);
      } else {
        got |= uint64_t{atoll_reference(receiver, &id) == 0} << i;
        MUST(atoll_dereference(sender, &id));
      }
    }
    table->got.store(got);
    barrier.Pass();  // all have been raced over; the server looks at the outcome
    barrier.Pass();
    for (uint64_t i = 0; i < kBatch; ++i) {
      if ((got >> i & 1) == 0) continue;
      const atoll_object_id id{store, i << ObjectId::kGenerationBits | generation};
      if (race != Race::kHandOver) {
        atoll_release(receiver, &id);  // fails for a lost one, which has been counted
      } else {
        atoll_dereference(receiver, &id);
      }
    }
    barrier.Pass();  // the client holds nothing
  }
}

struct Outcome {
  uint64_t rounds = 0, lost = 0, raced = 0;
};

// Gives the entry a block, as an object that can be read has one.
void Place(const Control& control, uint64_t index, uint64_t generation) {
  Entry& entry = control.entry(index);
  const uint64_t place = ObjectId(0, index, generation).place;
  entry.size.store(64);
  entry.block.store(index + 1);
  control.block_word(index).store(place);
  entry.location.store(Location::Of(index * 64, Location::BoundOf(entry, place)).bits());
}

// Evicts the entry beside the client's get, and brings it back when the get waits for that. Returns whether
// the client has a pin on what is not there.
bool Evict(const Control& control, Sweeper* sweeper, const Barrier& barrier, Table* table, uint64_t index) {
  Entry& entry = control.entry(index);
  (void)sweeper->Evict(index);
  for (int spins = 0; !barrier.OtherIsThere();) {
    uint64_t bits = entry.word.load(std::memory_order_seq_cst);
    const bool wanted = Word(bits).state() == State::kSpilled && Word(bits).has(Word::kWaited);
    if (wanted && entry.word.compare_exchange_strong(bits, Word(bits).As(State::kRestoring).bits())) {
      table->restored.fetch_add(1);
      Place(control, index, Word(bits).generation());
      sweeper->Restored(index);
    }
    if (++spins % 20'000 == 0) ::sched_yield();
  }
  return Word(entry.word.load()).state() != State::kSealed;
}

Outcome Run(Race race, uint64_t rounds, double seconds) {
  Scratch scratch;
  const std::string path = scratch / "bare.sock";
  auto made = BareStore::Make({1 << 20, kBatch, 4, 64 << 10, 4096, 1 << 20}, path);
  Must(made.ok() ? 0 : -1, "BareStore::Make");
  BareStore& bare = *made.value();
  const Control& control = bare.control();
  control.header().blocks_high.store(1);
  auto* table = static_cast<Table*>(
      ::mmap(nullptr, sizeof(Table), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  RunOn(0);
  const pid_t child = ::fork();
  if (child == 0) RunClient(table, path, race);
  Must(bare.LetIn(kReceiver).ok() && bare.LetIn(kSender).ok() ? 0 : -1, "BareStore::LetIn");

  Barrier barrier(table, 0);
  Sweeper sweeper(control, &bare.data(), nullptr);  // no extent becomes anybody's
  Outcome outcome;
  const double end = seconds > 0 ? Now() + seconds : 0;
  for (uint64_t generation = 1;; ++generation) {
    const bool enough = outcome.rounds >= rounds || (end > 0 && Now() >= end);
    for (uint64_t i = 0; i < kBatch; ++i) {
      control.references(kSender)[i].store(race == Race::kHandOver ? 1 : 0);
      Place(control, i, generation);
      const Word sealed = Word::Of(generation, kSender, State::kSealed);
      // Named already, so that the pin is the fast one; the creator's free is for what names nobody.
      if (race == Race::kPin || race == Race::kEvict) {
        control.touched(kReceiver).Set(i / kEntriesPerBlock);
        Holders::Add(control, i, kReceiver);
      }
      control.entry(i).word.store(sealed.bits());
    }
    table->generation.store(enough ? 0 : generation);
    barrier.Pass();
    if (enough) break;
    uint64_t freed = 0;
    for (uint64_t i = 0; i < kBatch; ++i) {
      if (race == Race::kPin || race == Race::kHandOver) sweeper.Add(i);
      barrier.Pass();
      if (race == Race::kUnseen) {
        (void)FreeUnseen(control, kSender, i);  // this process has no other thread that would free for it
      } else if (race != Race::kEvict) {
        sweeper.Sweep();
      } else if (Evict(control, &sweeper, barrier, table, i)) {
        freed |= uint64_t{1} << i;
      }
    }
    barrier.Pass();
    const uint64_t got = table->got.load();
    if (race == Race::kEvict) {
      outcome.rounds += kBatch;
      outcome.raced = table->restored.load();
      // Each get must succeed, and have its object.
      outcome.lost += static_cast<uint64_t>(std::popcount(freed | ~got));
      barrier.Pass();
      barrier.Pass();
      continue;
    }
    for (uint64_t i = 0; i < kBatch; ++i) {
      const Word word(control.entry(i).word.load());
      freed |= uint64_t{word.state() != State::kSealed || word.generation() != generation} << i;
    }
    outcome.rounds += kBatch;
    outcome.raced += static_cast<uint64_t>(std::popcount(freed));
    outcome.lost += static_cast<uint64_t>(std::popcount(race == Race::kHandOver ? freed : got & freed));
    barrier.Pass();
    barrier.Pass();
    // What was not freed has no pin and no reference now, and must go.
    for (uint64_t i = 0; i < kBatch; ++i) {
      if ((freed >> i & 1) == 0) sweeper.Add(i);
      control.pins(kReceiver)[i].store(0);  // a lost pin is not there any more
    }
    while (sweeper.more()) sweeper.Sweep();
    for (uint64_t i = 0; i < kBatch; ++i) {
      if (Word(control.entry(i).word.load()).state() != State::kFree) ++outcome.lost;
    }
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    std::fprintf(stderr, "litmus: the client ended with status %d\n", status);
    ++outcome.lost;
  }
  ::munmap(table, sizeof(Table));
  RunOn(kAll);
  return outcome;
}

// The lost pins of the build whose pin is a plain store; 0 also when it could not be run.
uint64_t LostByBroken(const Command& race, double seconds) {
  int out[2];
  if (::pipe(out) != 0) return 0;
  const pid_t child = Spawn({race.name, std::to_string(seconds)}, "atoll_torture_plain_pin", out[1]);
  ::close(out[1]);
  std::FILE* lines = ::fdopen(out[0], "r");
  uint64_t lost = 0;
  if (std::fscanf(lines, "lost %lu", &lost) != 1) lost = 0;
  std::fclose(lines);
  ::waitpid(child, nullptr, 0);
  return lost;
}

// Some thousand are lost in a million; on a busy machine the two may not meet for a while.
uint64_t BrokenBuildLost(const Command& race, double seconds) {
  uint64_t lost = 0;
  for (int tries = 0; tries < 20 && lost == 0; ++tries) lost = LostByBroken(race, seconds);
  std::printf("litmus: %s with a plain store: %lu lost\n", race.name, lost);
  return lost;
}

int RunLitmus(int argc, char** argv) {
  const double seconds = SecondsOf(argc, argv);
  const Outcome pins = Run(Race::kPin, kRounds, 0.22 * seconds);
  std::printf("litmus: pin against free: %lu rounds, %lu freed first, %lu lost\n", pins.rounds, pins.raced,
              pins.lost);
  const Outcome unseen = Run(Race::kUnseen, kRounds, 0.22 * seconds);
  std::printf("litmus: pin against the creator's free: %lu rounds, %lu freed first, %lu lost\n",
              unseen.rounds, unseen.raced, unseen.lost);
  const Outcome evicted = Run(Race::kEvict, kRounds, 0.22 * seconds);
  std::printf("litmus: pin against evict: %lu rounds, %lu evicted first, %lu lost\n", evicted.rounds,
              evicted.raced, evicted.lost);
  const Outcome handed = Run(Race::kHandOver, kRounds, 0.22 * seconds);
  std::printf("litmus: hand-over against free: %lu rounds, %lu lost\n", handed.rounds, handed.lost);
  const double each = seconds > 0 ? 1 : 5;
  const uint64_t freed_broken = BrokenBuildLost(kLitmusPins, each);
  const uint64_t evicted_broken = BrokenBuildLost(kLitmusEvictions, each);
  const uint64_t lost = pins.lost + unseen.lost + evicted.lost + handed.lost;
  std::printf("litmus: rounds=%lu lost=%lu broken_build_lost=%lu\n",
              pins.rounds + unseen.rounds + evicted.rounds + handed.rounds, lost,
              freed_broken + evicted_broken);
  return lost == 0 && freed_broken > 0 && evicted_broken > 0 ? 0 : 1;
}

int RunOne(Race race, int argc, char** argv) {
  const Outcome outcome = Run(race, kRounds, SecondsOf(argc, argv));
  std::printf("lost %lu of %lu\n", outcome.lost, outcome.rounds);
  return 0;
}
int RunPins(int argc, char** argv) { return RunOne(Race::kPin, argc, argv); }
int RunEvictions(int argc, char** argv) { return RunOne(Race::kEvict, argc, argv); }

}  // namespace

const Command kLitmus = {"litmus", RunLitmus};
const Command kLitmusPins = {"litmus-pins", RunPins};
const Command kLitmusEvictions = {"litmus-evictions", RunEvictions};

}  // namespace atollstore::torture
