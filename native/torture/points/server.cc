// The server of the points: one thread, which is told when to go round.
#include <unistd.h>

#include "atoll/c.h"
#include "check/fsck.h"
#include "points/actors.h"
#include "points/driver.h"
#include "server/server_core.h"
#include "torture.h"

namespace atollstore::torture {
namespace {

// The spill directory is that of the socket.
atoll_server_options Options(Stage* stage, std::string* directory) {
  *directory = stage->socket;
  directory->resize(directory->rfind('/'));
  atoll_server_options options{};
  options.size = sizeof(options);
  options.capacity = kStoreBytes;
  options.extent_bytes = kExtentBytes;
  options.max_objects = 256;  // a block of entries for each client that makes one: who is stopped gives none back
  options.max_clients = 12;
  options.ring_bytes = 4096;
  options.socket_path = stage->socket;
  options.spill_directory = directory->c_str();
  return options;
}

class TestServer {
 public:
  explicit TestServer(Stage* stage) : stage_(stage) {}

  std::string Answer(char command, const Operation* operation) {
    switch (command) {
      case kBeQuiet:
        quiet_ = true;
        break;
      case kGoOn:
        quiet_ = false;
        break;
      case kTakeOver:
        TakeOver();
        quiet_ = false;
        break;
      case kFsck: {
        // Others work on beside it; what is found again and again is a fault.
        FsckReport report = Fsck(core_->control(), core_->data());
        // Among them this server: what it has been handed over it knows all about after its next look.
        for (const double end = Now() + 0.5; !report.sound() && Now() < end;) {
          core_->Poll(1);
          report = Fsck(core_->control(), core_->data());
        }
        if (!report.sound()) report = FsckLive(core_->control(), core_->data());
        return report.sound() ? "" : "fsck: " + report.Text().substr(0, 500);
      }
      case kOperate:
        BeginOperation();
        if (operation->takes_over) TakeOver();
        Rounds(*operation);
        EndOperation();
        break;
    }
    return "";
  }

  bool Idle() {
    if (core_ == nullptr || quiet_) return false;
    core_->Poll(1);
    return true;
  }

 private:
  void TakeOver() {
    os::UniqueFd fds[4];
    for (int i = 0; i < 4; ++i) fds[i] = os::UniqueFd(::dup(stage_->segments[i]));
    auto segments =
        Segments::Adopt(std::move(fds[0]), std::move(fds[1]), std::move(fds[2]), std::move(fds[3]));
    Must(segments.ok() ? 0 : -1, "Segments::Adopt");
    std::string directory;
    auto core = ServerCore::TakeOver(Options(stage_, &directory), std::move(segments).value());
    Must(core.ok() ? 0 : -1, "ServerCore::TakeOver");
    core_ = std::move(core).value();
    while (!core_->recovered()) core_->Poll(0);
  }

  void Rounds(const Operation& operation) {
    const uint64_t index = ObjectId(stage_->target).index();
    const u64& location = core_->control().entry(index).location;
    const uint64_t before = location.load();
    const int most = operation.until == Until::kRounds ? 2 : operation.until == Until::kMoved ? 100'000 : 400;
    bool waited = false;
    for (int i = 0; i < most; ++i) {
      core_->Poll(0);
      if (operation.until == Until::kMoved && location.load() != before) return;
      const State state = Word(core_->control().entry(index).word.load()).state();
      if (operation.until == Until::kSpilled && state == State::kSpilled) return;
      if (operation.until == Until::kSealed && state == State::kSealed) return;
      const bool waits = core_->control().header().room_queue.load() != 0;
      if (operation.until == Until::kGranted && waited && !waits) return;
      waited = waited || waits;
    }
  }

  Stage* const stage_;
  std::unique_ptr<ServerCore> core_;
  bool quiet_ = false;
};

}  // namespace

void MakeSegments(Stage* stage) {
  std::string directory;
  auto made = Segments::Make(Options(stage, &directory), true);
  Must(made.ok() ? 0 : -1, "Segments::Make");
  Segments& segments = made.value();
  const int fds[] = {segments.control.fd(), segments.data.fd(), segments.listener.get(),
                     segments.spill_lock.get()};
  for (int i = 0; i < 4; ++i) stage->segments[i] = ::dup(fds[i]);
}

Actor::Part MakeServer(Stage* stage) {
  auto* server = new TestServer(stage);  // lives as long as its process
  return {[server](char command, const Operation* operation) { return server->Answer(command, operation); },
          [server] { return server->Idle(); }};
}

}  // namespace atollstore::torture
