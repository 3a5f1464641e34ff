#include "serve.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "os/process.h"
#include "server/server_core.h"
#include "service.h"

namespace atollstore::tools {
namespace {

int Fail(const char* what) {
  std::fprintf(stderr, "atoll-store: %s: %s\n", what, LastError());
  return 3;
}

using Arguments = std::vector<std::string>;

// Starts the other process of the pair.
Result<os::UniqueFd> StartOther(const Arguments& own, const char* role, int control, int data, int listener,
                                int spill_lock) {
  auto self = os::OpenPidFd(::getpid());
  if (!self.ok()) return self;
  Arguments arguments;
  for (size_t i = 0; i < own.size(); ++i) {
    if (own[i] == "--role" || own[i] == "--inherit") {
      ++i;
    } else {
      arguments.push_back(own[i]);
    }
  }
  std::vector<int> fds = {control, data, listener, self.value().get(), spill_lock};
  std::string numbers;
  for (const int fd : fds) numbers += (numbers.empty() ? "" : ",") + std::to_string(fd);
  for (const std::string& argument :
       {std::string("--role"), std::string(role), std::string("--inherit"), numbers})
    arguments.push_back(argument);
  std::erase(fds, -1);
  return os::SpawnSelf(arguments, fds);
}

int RunServer(const Options& options, Segments segments, os::UniqueFd supervisor, os::UniqueFd signals,
              const Arguments& arguments) {
  const int control = segments.control.fd(), data = segments.data.fd(), listener = segments.listener.get();
  auto core = ServerCore::TakeOver(options.server, std::move(segments));
  if (!core.ok()) return Fail("the server cannot start");
  if (!core.value()->StartThread().ok()) {
    // Not in order, which would be the end of a store that others have served.
    if (core.value()->control().header().server_epoch.load() > 1) std::_Exit(Fail("the server cannot start"));
    return Fail("the server cannot start");
  }
  (void)NotifyServiceManager("READY=1\nSTATUS=Serving " + options.socket);
  for (;;) {
    pollfd watched[] = {{signals.get(), POLLIN, 0}, {supervisor.get(), POLLIN, 0}};
    if (::poll(watched, 2, supervisor.valid() ? -1 : 1000) < 0) continue;
    if (watched[0].revents != 0) {
      (void)NotifyServiceManager("STOPPING=1");
      return 0;  // the end of `core` says to everybody that the store is closed
    }
    if (watched[1].revents == 0 && supervisor.valid()) continue;
    if (supervisor.valid()) (void)os::Reap(supervisor.get());
    auto started = StartOther(arguments, "supervisor", control, data, listener, core.value()->spill_lock());
    if (!started.ok()) (void)Fail("no new supervisor, trying again");
    supervisor = started.ok() ? std::move(started).value() : os::UniqueFd();
  }
}

int RunSupervisor(Segments segments, os::UniqueFd server, os::UniqueFd signals, const Arguments& arguments) {
  constexpr int64_t kLongLife = 1'000'000'000;
  auto mapping = os::Mapping::Map(segments.control, os::Mapping::Access::kReadWrite);
  if (!mapping.ok()) return Fail("the supervisor cannot start");
  Header& header = *reinterpret_cast<Header*>(mapping.value().data());
  header.supervisor_pid.store(static_cast<uint32_t>(::getpid()));
  (void)NotifyServiceManager("MAINPID=" + std::to_string(::getpid()));
  int64_t born = os::NowNanos();
  int pause = 0;  // milliseconds; grows while servers die young
  bool served = server.valid();
  for (;;) {
    if (!server.valid()) {
      if (header.stopped.load() != 0) return 0;
      born = os::NowNanos();
      auto started = StartOther(arguments, "server", segments.control.fd(), segments.data.fd(),
                                segments.listener.get(), segments.spill_lock.get());
      if (!started.ok()) (void)Fail("no new server, trying again");
      if (started.ok()) server = std::move(started).value();
    }
    pollfd watched[] = {{signals.get(), POLLIN, 0}, {server.get(), POLLIN, 0}};
    if (::poll(watched, 2, server.valid() ? -1 : 1000) <= 0) continue;
    if (watched[0].revents != 0) {
      (void)NotifyServiceManager("STOPPING=1");
      // The server ends the store; this one follows it.
      for (int tries = 0; server.valid() && tries < 100 && !os::SendSignal(server.get(), SIGTERM).ok(); ++tries)
        (void)::poll(nullptr, 0, 10);
      pollfd ended{server.get(), POLLIN, 0};
      if (::poll(&ended, 1, 30'000) <= 0) return Fail("the server does not end");
      return header.stopped.load() != 0 ? 0 : 3;
    }
    if (watched[1].revents == 0) continue;
    const int status = os::Reap(server.get());
    server = os::UniqueFd();
    // It said why. Another one would fail in the same way, unless one has served the store before: then what is in the way
    // may pass, and there are objects to be kept.
    const bool killed = status == -1 || !WIFEXITED(status);
    if (!killed && (!served || header.stopped.load() != 0)) return WEXITSTATUS(status);
    served = true;
    pause = os::NowNanos() - born < kLongLife ? std::min(1000, 2 * pause + 1) : 0;
    if (header.stopped.load() == 0)
      std::fprintf(stderr, "atoll-store: the server has died, the next one takes over\n");
    // A signal meanwhile is seen above.
    if (pause > 1) (void)::poll(watched, 1, pause);
  }
}

}  // namespace

int Serve(const Options& options, int argc, char** argv) {
  const Arguments arguments(argv, argv + argc);
  const bool server = options.role == Role::kServer;
  SetProcessTitle(
      argc, argv,
      std::string("atoll-store: ") + (server ? "server" : "supervisor") + " of " + options.socket);
  auto signals = os::CatchSignals({SIGTERM, SIGINT, SIGHUP});
  if (!signals.ok()) return Fail("signals");
  if (options.role == Role::kBoth) {
    auto segments = Segments::GivenBack(options.server);
    const bool given_back = segments.ok();
    if (segments.status().code() == ATOLL_NOT_FOUND) segments = Segments::Make(options.server, true);
    if (!segments.ok()) return Fail("the store cannot be made");
    std::fprintf(stderr, "atoll-store: serving %s%s\n", options.socket.c_str(),
                 given_back ? ", with all that its clients still had of it" : "");
    return RunSupervisor(std::move(segments).value(), {}, std::move(signals).value(), arguments);
  }
  if (options.inherited.size() != 5) {
    std::fprintf(stderr, "atoll-store: --role without --inherit\n");
    return 2;
  }
  const auto own = [&](size_t i) {
    if (options.inherited[i] >= 0) os::CloseOnExec(options.inherited[i]);
    return os::UniqueFd(options.inherited[i]);
  };
  os::UniqueFd other = own(3);
  auto segments = Segments::Adopt(own(0), own(1), own(2), own(4));
  if (!segments.ok()) return Fail("the inherited descriptors");
  if (server) {
    return RunServer(options, std::move(segments).value(), std::move(other), std::move(signals).value(),
                     arguments);
  }
  return RunSupervisor(std::move(segments).value(), std::move(other), std::move(signals).value(), arguments);
}

}  // namespace atollstore::tools
