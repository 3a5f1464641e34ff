// The server of the points: one thread, which is told when to go round.
#include "atoll/c.h"
#include "check/fsck.h"
#include "points/actors.h"
#include "points/driver.h"
#include "server/server_core.h"
#include "torture.h"

namespace atollstore::torture {
namespace {

class TestServer {
 public:
  explicit TestServer(Stage* stage) {
    atoll_server_options options{};
    options.capacity = 4 << 20;
    options.extent_bytes = 64 << 10;
    options.max_objects = 128;
    options.max_clients = 4;
    options.ring_bytes = 4096;
    options.socket_path = stage->socket;
    auto core = ServerCore::Open(options);
    Must(core.ok() ? 0 : -1, "ServerCore::Open");
    core_ = std::move(core).value();
  }

  std::string Answer(char command, const Operation* operation) {
    switch (command) {
      case kBeQuiet:
        quiet_ = true;
        break;
      case kGoOn:
        quiet_ = false;
        break;
      case kFsck: {
        // Others work on beside it; what is found again and again is a fault.
        FsckReport report = Fsck(core_->control(), core_->data());
        if (!report.sound()) report = FsckLive(core_->control(), core_->data());
        return report.sound() ? "" : "fsck: " + report.Text().substr(0, 500);
      }
      case kOperate:
        BeginOperation();
        for (int i = 0; i < operation->rounds; ++i) core_->Poll(0);
        EndOperation();
        break;
    }
    return "";
  }

  bool Idle() {
    if (!quiet_) core_->Poll(1);
    return !quiet_;
  }

 private:
  std::unique_ptr<ServerCore> core_;
  bool quiet_ = false;
};

}  // namespace

Actor::Part MakeServer(Stage* stage) {
  auto* server = new TestServer(stage);  // lives as long as its process
  return {[server](char command, const Operation* operation) { return server->Answer(command, operation); },
          [server] { return server->Idle(); }};
}

}  // namespace atollstore::torture
