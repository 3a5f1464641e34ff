// faults: the life of a store, once for every system call in it that os_calls.txt lists as `faults`, with
// that one call failing; of a store in the process of its clients, and of one that atoll-store serves. What
// the store says about it is its business, as long as it names the call where it is the reason; but nothing
// may hang, no process may end but an atoll-store that says why it cannot start, no sealed referenced object
// may be lost, and the same request made again must succeed.
//
// What this does not see: calls that fail more than once in a row (LimitsTest, WhereTest and
// SpillDirectoryTest have limits and full disks that last); calls that the C library makes for itself and
// that have no name in the list; futexes, which have nothing to fail with but a wake-up too early; two
// failures at once.
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <set>

#include "fault_injection.h"
#include "fault_lives.h"
#include "torture.h"

namespace atollstore::torture {
namespace {

constexpr const FaultLife* kLives[] = {&kEmbeddedLife, &kServedLife};

// One life in a process of its own. `lived` is what it came to; returns "" or what was wrong.
std::string LiveOnce(const FaultLife& life, Outcome* outcome, const std::vector<long>& held,
                     const Faulty* faulty, uint64_t which, int error, Lived* lived) {
  *outcome = {};
  const Scratch scratch;
  Injection injection;
  if (faulty != nullptr) injection = {faulty->number, which, error};
  *lived = Live(held, injection, [&] {
    ::alarm(60);  // a life takes a second; one that hangs has been broken
    life.live(outcome, scratch, faulty == nullptr ? nullptr : &faulty->names);
  });
  if (outcome->wrong[0] != 0) return outcome->wrong;
  if (WIFSIGNALED(lived->status)) {
    return WTERMSIG(lived->status) == SIGALRM
               ? "it hangs"
               : "the process died of signal " + std::to_string(WTERMSIG(lived->status));
  }
  return WEXITSTATUS(lived->status) == 0
             ? ""
             : "the process ended with " + std::to_string(WEXITSTATUS(lived->status));
}

struct Fault {
  const FaultLife* life;
  const Faulty* faulty;
  uint64_t which;
  int error;
};

// All places of the calls that a life makes.
std::vector<std::vector<Fault>> PlacesIn(const FaultLife& life, const std::vector<Faulty>& all,
                                         const std::map<long, uint64_t>& calls) {
  std::vector<std::vector<Fault>> places;
  for (const Faulty& faulty : all) {
    const auto made = calls.find(faulty.number);
    if (made == calls.end()) continue;
    std::vector<Fault>& here = places.emplace_back();
    for (uint64_t which = 1; which <= made->second; ++which) {
      for (const int error : faulty.errors) here.push_back({&life, &faulty, which, error});
    }
  }
  return places;
}

// One of each first, then the rest, both in a random order.
std::vector<Fault> Shuffled(std::vector<std::vector<Fault>> places, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<Fault> first, rest;
  for (std::vector<Fault>& here : places) {
    std::shuffle(here.begin(), here.end(), random);
    first.push_back(here.back());
    rest.insert(rest.end(), here.begin(), here.end() - 1);
  }
  std::shuffle(first.begin(), first.end(), random);
  std::shuffle(rest.begin(), rest.end(), random);
  first.insert(first.end(), rest.begin(), rest.end());
  return first;
}

// faults [SECONDS [SEED]]; faults 0 0 LIFE CALL WHICH ERRNO: that one.
int RunFaults(int argc, char** argv) {
  const double seconds = SecondsOf(argc, argv);
  const uint64_t seed = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : std::random_device()();
  auto* outcome = static_cast<Outcome*>(
      ::mmap(nullptr, sizeof(Outcome), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  const std::vector<Faulty> all = ReadFaulty(ATOLL_OS_CALLS);
  std::vector<long> numbers;
  for (const Faulty& faulty : all) numbers.push_back(faulty.number);
  std::vector<std::vector<Fault>> found;
  std::set<const Faulty*> made, failing;
  Lived lived;
  for (const FaultLife* life : kLives) {
    if (const std::string wrong = LiveOnce(*life, outcome, numbers, nullptr, 0, 0, &lived); !wrong.empty()) {
      std::printf("faults: %s, without any: %s\n", life->name, wrong.c_str());
      return 1;
    }
    for (std::vector<Fault>& here : PlacesIn(*life, all, lived.calls)) {
      made.insert(here[0].faulty);
      found.push_back(std::move(here));
    }
  }
  std::string never;
  for (const Faulty& faulty : all) {
    if (!made.contains(&faulty)) never += " " + faulty.call;
  }
  std::printf("faults: seed %lu; never made in a life:%s\n", seed, never.c_str());
  std::vector<Fault> places = Shuffled(std::move(found), seed);
  if (argc > 5) {
    std::erase_if(places, [&](const Fault& fault) {
      return std::string(fault.life->name) != argv[2] || fault.faulty->call != argv[3] ||
             fault.which != std::strtoull(argv[4], nullptr, 10) || fault.error != std::atoi(argv[5]);
    });
  }
  uint64_t lives = 0, failed = 0, told = 0, lost = 0, violations = 0, objects = 0;
  const double end = Now() + seconds;
  for (const Fault& fault : places) {
    if (seconds > 0 && Now() > end) break;
    const std::string wrong = LiveOnce(*fault.life, outcome, {fault.faulty->number}, fault.faulty,
                                       fault.which, fault.error, &lived);
    ++lives;
    failed += lived.failed;  // threads run differently each time: it may not have come to that call
    told += outcome->told != 0;
    lost += outcome->lost;
    objects += outcome->objects;
    if (lived.failed) failing.insert(fault.faulty);
    if (wrong.empty()) continue;
    ++violations;
    std::printf("faults: %s: %s number %lu with errno %d: %s\n", fault.life->name, fault.faulty->call.c_str(),
                fault.which, fault.error, wrong.c_str());
    std::fflush(stdout);
  }
  std::printf(
      "faults: system_calls=%zu places=%zu lives=%lu failed=%lu told=%lu objects=%lu lost=%lu "
      "violations=%lu\n",
      failing.size(), places.size(), lives, failed, told, objects, lost, violations);
  return lost == 0 && violations == 0 && failed > 0 ? 0 : 1;
}

}  // namespace

const Command kFaults = {"faults", RunFaults};

}  // namespace atollstore::torture
