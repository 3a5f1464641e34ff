#include "points/run.h"

#include <dlfcn.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "../tests/storm.h"

namespace atollstore::torture {
namespace {

constexpr uint64_t kMostPoints = 4000;  // of one operation

// The code address as a symbol and an offset, for addr2line and for people.
std::string Symbol(uint64_t address) {
  Dl_info about{};
  char text[300];
  if (::dladdr(reinterpret_cast<void*>(address), &about) == 0) return "?";
  std::snprintf(
      text, sizeof(text), "%s+0x%lx (%s 0x%lx)", about.dli_sname != nullptr ? about.dli_sname : "?",
      address - reinterpret_cast<uint64_t>(about.dli_sname != nullptr ? about.dli_saddr : about.dli_fbase),
      std::strrchr(about.dli_fname, '/') + 1, address - reinterpret_cast<uint64_t>(about.dli_fbase));
  return text;
}

[[noreturn]] void BeVictim(const Operation& operation, Stage* stage) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  atoll_client* client = nullptr;
  if (!operation.detached) MUST(atoll_attach(stage->socket, nullptr, &client));
  operation.prepare(client, stage);
  if (stage->busy) {
    // Never stepped nor stopped; it ends with the process.
    std::thread([client, stage] {
      for (atoll_view view;; ::usleep(100)) {  // it shares a CPU with who steps
        if (atoll_get(client, &stage->shared, 0, &view) != 0) continue;
        if (!BytesAreRight(view, stage->shared.place)) {
          std::snprintf(stage->what, sizeof(stage->what), "the other thread sees wrong bytes");
          stage->wrong.store(1);
        }
        atoll_release(client, &stage->shared);
      }
    }).detach();
  }
  BeginOperation();
  const int64_t code = operation.run(&client, stage);
  EndOperation();
  // Only a victim that was stopped and let go comes here.
  stage->code.store(code);
  const bool excused =
      std::find(operation.excused.begin(), operation.excused.end(), code) != operation.excused.end();
  if (code != 0 && !excused) {
    std::snprintf(stage->what, sizeof(stage->what), "the operation ended with %ld %s", code,
                  atoll_last_error());
    stage->wrong.store(1);
  }
  if (code == 0 && operation.pins) {
    // What it has pinned stays what it is, whatever the others do; and it can be released.
    for (int i = 0; i < 2; ++i) {
      atoll_view view;
      if (atoll_get(client, &stage->target, 5'000'000'000, &view) != 0 || !BytesAreRight(view, stage->target.place)) {
        std::snprintf(stage->what, sizeof(stage->what), "the pinned object is gone or has changed: %s",
                      atoll_last_error());
        stage->wrong.store(1);
        break;
      }
      atoll_release(client, &stage->target);
      ::usleep(2000);
    }
    if (atoll_release(client, &stage->target) != 0) stage->wrong.store(1);
  }
  ::_exit(0);
}

}  // namespace

Run::Run(const char* name, Blow blow) : name_(name), blow_(blow) {
  stage_ = static_cast<Stage*>(
      ::mmap(nullptr, sizeof(Stage), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  (void)::sched_getaffinity(0, sizeof(everywhere_), &everywhere_);
}

Run::~Run() {
  End();
  ::munmap(stage_, sizeof(Stage));
}

void Run::Begin(const Scene& scene) {
  operation_ = scene.operation;
  stage_->crowd = scene.crowd;
  stage_->others_make = scene.others_make;
  stage_->busy = scene.busy;
  scratch_ = std::make_unique<Scratch>();
  std::snprintf(stage_->socket, sizeof(stage_->socket), "%s/store.sock", scratch_->path().c_str());
  (void)::sched_setaffinity(0, sizeof(everywhere_), &everywhere_);
  MakeSegments(stage_);
  StartServer();
  (void)server_->Ask(kTakeOver, 0);
  second_ = std::make_unique<Actor>([this] { return MakeSecondClient(stage_); });
  // This process and the victims on one CPU: a step is two switches between them, and a wake-up across CPUs
  // costs ten times as much.
  cpu_set_t one;
  CPU_ZERO(&one);
  for (int cpu = CPU_SETSIZE - 1; cpu >= 0 && CPU_COUNT(&one) == 0; --cpu) {
    if (CPU_ISSET(cpu, &everywhere_)) CPU_SET(cpu, &one);
  }
  (void)::sched_setaffinity(0, sizeof(one), &one);
}

void Run::StartServer() {
  cpu_set_t here;
  (void)::sched_getaffinity(0, sizeof(here), &here);
  (void)::sched_setaffinity(0, sizeof(everywhere_), &everywhere_);
  server_.reset();
  server_ = std::make_unique<Actor>([this] { return MakeServer(stage_); });
  (void)::sched_setaffinity(0, sizeof(here), &here);
}

void Run::End() {
  second_.reset();
  if (server_ != nullptr) {
    for (const int fd : stage_->segments) ::close(fd);
  }
  server_.reset();
  scratch_.reset();
}

pid_t Run::StartVictim() {
  const Operation& operation = Operations()[operation_];
  stage_->wrong.store(0);
  stage_->what[0] = 0;
  const auto fork = [](const auto& body) {
    const pid_t pid = ::fork();
    if (pid < 0) std::abort();
    if (pid == 0) body();
    return pid;
  };
  if (!operation.server) return fork([&] { BeVictim(operation, stage_); });
  if (operation.buries) {
    stage_->ready.store(0);
    const pid_t dead = fork([this] {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      atoll_client* client = nullptr;
      MUST(atoll_attach(stage_->socket, nullptr, &client));
      HoldAll(client, stage_);
      stage_->ready.store(1);
      for (;;) ::pause();
    });
    while (stage_->ready.load() == 0) ::usleep(100);
    (void)server_->Ask(kBeQuiet, operation_);
    ::kill(dead, SIGKILL);
    ::waitpid(dead, nullptr, 0);
  }
  (void)server_->Ask(kBeQuiet, operation_);
  (void)second_->Ask(kBefore, operation_);
  if (operation.takes_over) StartServer();  // the one of before is killed with its actor
  server_->Tell(kOperate, operation_);
  return server_->pid();
}

void Run::VictimIsReady() {
  const Operation& operation = Operations()[operation_];
  if (!operation.server && operation.before != nullptr) (void)second_->Ask(kBefore, operation_);
}

std::string Run::Finish(Driver* driver) {
  driver->LetGo();
  if (Operations()[operation_].server) {
    const std::string wrong = server_->Hear();
    (void)server_->Ask(kGoOn, operation_);
    return wrong;
  }
  const int status = driver->Wait();
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    return "the victim ended with status " + std::to_string(status);
  }
  return stage_->wrong.load() != 0 ? stage_->what : "";
}

std::vector<Step> Run::Trace(double seconds) {
  const double begin = Now();
  std::vector<Step> trace;
  std::map<uint64_t, uint32_t> visits;
  (void)second_->Ask(kArrange, operation_);
  Driver driver(StartVictim());
  VictimIsReady();
  while ((seconds == 0 || Now() - begin < seconds) && driver.Next() == Driver::At::kPoint) {
    trace.push_back({driver.where(), driver.inside() ? ++visits[driver.where()] : 0});
  }
  std::string wrong = Finish(&driver);
  if (wrong.empty()) wrong = second_->Ask(kVerify, operation_);
  if (!wrong.empty()) {
    ++violations;
    std::printf("%s: %s, undisturbed: %s\n", name_, Operations()[operation_].name, wrong.c_str());
  }
  return trace;
}

namespace {
// The step from which to go on step by step: one shortly before whose instruction was not visited often
// before it.
uint64_t SkipBefore(const std::vector<Step>& trace, uint64_t step) {
  uint64_t best = UINT64_MAX, least = step;
  for (uint64_t i = step; i + 100 > step; --i) {
    if (trace[i].visit != 0 && trace[i].visit + (step - i) < least) {
      best = i;
      least = trace[i].visit + (step - i);
    }
    if (i == 0) break;
  }
  return best;
}
}  // namespace

std::string Run::At(const std::vector<Step>& trace, uint64_t step, uint64_t* where) {
  if (std::string wrong = second_->Ask(kArrange, operation_); !wrong.empty()) return wrong;
  Driver driver(StartVictim());
  VictimIsReady();
  // The threads that run beside it make it take a few steps more or less; its end is as good a point.
  Driver::At at = Driver::At::kPoint;
  uint64_t next = 0;
  if (const uint64_t skip = SkipBefore(trace, step); skip != UINT64_MAX) {
    at = driver.SkipTo(trace[skip].where, trace[skip].visit);
    next = skip + 1;
  }
  for (; next <= step && at == Driver::At::kPoint; ++next) at = driver.Next();
  *where = driver.where();
  if (driver.gone()) return "the victim ended by itself with status " + std::to_string(driver.Wait());
  std::string wrong;
  if (blow_ == Blow::kKill) {
    driver.Kill();
    if (Operations()[operation_].server) {
      StartServer();
      (void)server_->Ask(kTakeOver, operation_);
    }
  } else {
    wrong = second_->Ask(kMeddle, operation_);
    const std::string saw = Finish(&driver);
    if (wrong.empty()) wrong = saw;
  }
  std::string after = second_->Ask(kVerify, operation_);
  if (const std::string fsck = server_->Ask(kFsck, operation_); !fsck.empty()) after += " " + fsck;
  return wrong.empty() ? after : wrong;
}

bool Run::GoThrough(const Scene& scene, double seconds, uint64_t seed) {
  Begin(scene);
  const double begin = Now();
  const uint64_t violations_before = violations;
  const std::vector<Step> trace = Trace(seconds > 0 ? std::max(seconds / 3, 0.5) : 0);
  std::vector<uint64_t> steps = Choose(trace, kMostPoints);
  if (seconds > 0) std::shuffle(steps.begin(), steps.end(), std::mt19937_64(seed));
  uint64_t tried = 0;
  for (const uint64_t step : steps) {
    if (seconds > 0 && Now() - begin > seconds) break;
    uint64_t where = 0;
    const std::string wrong = At(trace, step, &where);
    ++tried;
    if (wrong.empty()) continue;
    ++violations;
    std::printf("%s: %s at step %lu of %zu, %s: %s\n", name_, scene.Text().c_str(), step, trace.size(),
                Symbol(where).c_str(), wrong.c_str());
    break;  // the store is not to be trusted any more
  }
  std::printf("%s: %s: %zu steps, %lu points, %.1f s\n", name_, scene.Text().c_str(), trace.size(), tried,
              Now() - begin);
  std::fflush(stdout);
  points += tried;
  scenes += tried != 0;
  End();
  return violations == violations_before;
}

void Run::Go(const char* only, double seconds, uint64_t seed, const char* done) {
  constexpr double kEach = 1;  // the least that says something about a scene
  std::vector<Scene> todo;
  std::set<std::string> known;
  if (done != nullptr) {
    std::ifstream file(done);
    for (std::string line; std::getline(file, line);) known.insert(line);
  }
  for (const Scene& scene : Scenes()) {
    if (only != nullptr && std::strcmp(only, Operations()[scene.operation].name) != 0) continue;
    ++there_are;
    if (!known.contains(scene.Text())) todo.push_back(scene);
  }
  const double end = Now() + seconds;
  if (seconds > 0) std::shuffle(todo.begin(), todo.end(), std::mt19937_64(seed));
  for (size_t i = 0; i < todo.size() && (seconds == 0 || Now() < end); ++i) {
    const double each = seconds == 0 ? 0 : std::max(kEach, (end - Now()) / static_cast<double>(todo.size() - i));
    const bool clean = GoThrough(todo[i], each, seed);
    if (!clean && only != nullptr) break;  // that one was to be shown
    if (clean && done != nullptr && seconds == 0) std::ofstream(done, std::ios::app) << todo[i].Text() << "\n";
  }
}

std::vector<uint64_t> Choose(const std::vector<Step>& trace, uint64_t most) {
  std::set<uint64_t> chosen;
  if (trace.size() > most) {
    std::map<uint64_t, uint64_t> last;
    for (uint64_t i = 0; i < trace.size(); ++i) {
      if (trace[i].visit <= 2) chosen.insert(i);  // calls are always there
      last[trace[i].where] = i;
    }
    for (const auto& [address, step] : last) chosen.insert(step);
  }
  const uint64_t left = most > chosen.size() ? most - chosen.size() : 1;
  const uint64_t stride = std::max<uint64_t>(1, trace.size() / left);
  for (uint64_t i = 0; i < trace.size(); i += stride) chosen.insert(i);
  return {chosen.begin(), chosen.end()};
}

}  // namespace atollstore::torture
